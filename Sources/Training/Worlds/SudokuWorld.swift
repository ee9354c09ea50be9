import Tensors

/// Sudoku of 4 by 4 or 9 by 9 cells with a given number of givens, and Latin squares, which have no boxes.
///
/// A full grid is filled at random, then cells are emptied in random order as long as there stays one
/// solution. Not every grid or puzzle is equally likely.
public struct SudokuWorld: World {
  public let seed: UInt64
  public let side: Int
  public let givens: [Int]
  public let hasBoxes: Bool
  public let isUnique: Bool

  /// - Parameters:
  ///   - side: 4 or 9; without boxes `2...9`.
  ///   - givens: how many cells are filled; problems take these in turn. From none to all, or, where
  ///     the solution is to be unique, from as few as are found in reasonable time: 23 of 81,
  ///     4 of 16, without boxes 2/5 of the cells.
  ///   - hasBoxes: every box of √side by √side cells has different numbers too.
  ///   - isUnique: the puzzle has one solution.
  /// - Throws: ``TrainingError/setting(name:value:reason:)``.
  public init(
    seed: UInt64, side: Int = 9, givens: [Int], hasBoxes: Bool = true, isUnique: Bool = true
  ) throws(TrainingError) {
    if hasBoxes {
      guard side == 4 || side == 9 else {
        throw .setting(name: "side", value: side, reason: "a sudoku's is 4 or 9")
      }
    } else {
      try TrainingError.check("side", side, in: 2...9)
    }
    let cells = side * side
    let fewest = hasBoxes ? (side == 4 ? 4 : 23) : (2 * cells + 4) / 5
    try TrainingError.check("givens", each: givens, in: (isUnique ? fewest : 0)...cells)
    self.seed = seed
    self.side = side
    self.givens = givens
    self.hasBoxes = hasBoxes
    self.isUnique = isUnique
  }

  /// - Throws: ``TrainingError/setting(name:value:reason:)`` if 1,000 grids in a row give no
  ///   puzzle with so few givens, ``TrainingError/interrupted(_:)``.
  /// - Complexity: one or two solutions are sought for each cell that is tried.
  public func problem(_ index: Int) throws(TrainingError) -> SudokuProblem {
    var stream = stream(index)
    let givens = givens[index % givens.count]
    for _ in 0..<1_000 {
      let empty = SudokuGrid(side: side, hasBoxes: hasBoxes)
      let solution = empty.filled(&stream)
      var puzzle = solution
      var left = side * side
      for cell in stream.permutation(side * side) where left > givens {
        try TrainingError.poll()
        let number = puzzle.cells[cell]
        puzzle.empty(cell)
        if isUnique && puzzle.solutionCount(upTo: 2) != 1 {
          puzzle.place(number, at: cell)
        } else {
          left -= 1
        }
      }
      if left == givens {
        return SudokuProblem(
          side: side, hasBoxes: hasBoxes, puzzle: puzzle.cells, solution: solution.cells)
      }
    }
    throw .setting(
      name: "givens", value: givens, reason: "no puzzle with so few was found; ask for more")
  }
}

/// A grid with empty cells.
public struct SudokuProblem: WorldProblem {
  public static let world = WorldKind.sudoku
  public static let needed = ["kind", "problem"]
  public static let solutionColumn = "solution"

  public let side: Int
  public let hasBoxes: Bool
  /// By rows; 0 for an empty cell.
  public let puzzle: [Int]
  /// A full grid that fits the puzzle; empty if none is known.
  public let solutionCells: [Int]

  init(side: Int, hasBoxes: Bool, puzzle: [Int], solution: [Int]) {
    (self.side, self.hasBoxes) = (side, hasBoxes)
    (self.puzzle, solutionCells) = (puzzle, solution)
  }

  public var fields: [(name: String, value: WorldField)] {
    [
      ("kind", .text(hasBoxes ? "sudoku" : "latin")), ("side", .integer(side)),
      ("givens", .integer(puzzle.count { $0 != 0 })), ("problem", .text(Self.text(puzzle))),
      ("solution", .text(Self.text(solutionCells))),
    ]
  }

  /// Digits by rows, dots for empty cells.
  private static func text(_ cells: [Int]) -> String {
    cells.map { $0 == 0 ? "." : "\($0)" }.joined()
  }

  /// The cells of a text; nil if it has others than digits and dots.
  private static func cells(_ text: String) -> [Int]? {
    let cells = text.unicodeScalars.map { scalar -> Int? in
      if scalar == "." { return 0 }
      return ("1"..."9").contains(scalar) ? Int(scalar.value - 48) : nil
    }
    return cells.contains(nil) ? nil : cells.compactMap(\.self)
  }

  public init?(fields: [String: WorldField]) {
    guard let kind = fields["kind"]?.text, kind == "sudoku" || kind == "latin",
      let puzzle = fields["problem"]?.text.flatMap(Self.cells),
      let side = (2...9).first(where: { $0 * $0 == puzzle.count }),
      kind == "latin" || side == 4 || side == 9, puzzle.allSatisfy({ $0 <= side })
    else { return nil }
    self.init(
      side: side, hasBoxes: kind == "sudoku", puzzle: puzzle,
      solution: fields["solution"]?.text.flatMap(Self.cells) ?? [])
  }

  /// Right is any full grid that keeps the givens and the rules; blanks and line ends between the
  /// digits do not count.
  public func verdict(on answer: String) -> WorldVerdict {
    let digits = answer.unicodeScalars.filter { !$0.properties.isWhitespace }
    guard let cells = Self.cells(String(String.UnicodeScalarView(digits))),
      cells.count == puzzle.count, cells.allSatisfy({ (1...side).contains($0) })
    else { return .wrong("it is no full grid of \(side) by \(side) digits 1 to \(side)") }
    guard zip(cells, puzzle).allSatisfy({ $1 == 0 || $0 == $1 }) else {
      return .wrong("a given is changed")
    }
    var grid = SudokuGrid(side: side, hasBoxes: hasBoxes)
    for (cell, number) in cells.enumerated() {
      guard grid.candidates(cell) & 1 << number != 0 else {
        return .wrong("a \(number) is twice in a row, column\(hasBoxes ? " or box" : "")")
      }
      grid.place(number, at: cell)
    }
    return .right
  }
}
