import Tensors

/// A grid that is being filled, with what each row, column and box already has.
struct SudokuGrid {
  let side: Int
  /// The side of a box; 0 for none.
  private let box: Int
  /// By rows; 0 for an empty cell.
  private(set) var cells: [Int]
  // Bit n of a mask stands for the number n.
  private var rows: [Int]
  private var columns: [Int]
  private var boxes: [Int]

  init(side: Int, hasBoxes: Bool) {
    self.side = side
    box = hasBoxes ? (side == 4 ? 2 : 3) : 0
    cells = [Int](repeating: 0, count: side * side)
    rows = [Int](repeating: 0, count: side)
    columns = rows
    boxes = rows
  }

  private func boxIndex(_ cell: Int) -> Int {
    box == 0 ? 0 : cell / side / box * box + cell % side / box
  }

  /// The numbers that may stand in an empty cell, as a mask.
  func candidates(_ cell: Int) -> Int {
    var used = rows[cell / side] | columns[cell % side]
    if box > 0 { used |= boxes[boxIndex(cell)] }
    return ~used & ((1 << (side + 1)) - 2)
  }

  mutating func place(_ number: Int, at cell: Int) {
    cells[cell] = number
    toggle(number, cell)
  }

  mutating func empty(_ cell: Int) {
    toggle(cells[cell], cell)
    cells[cell] = 0
  }

  private mutating func toggle(_ number: Int, _ cell: Int) {
    rows[cell / side] ^= 1 << number
    columns[cell % side] ^= 1 << number
    if box > 0 { boxes[boxIndex(cell)] ^= 1 << number }
  }

  /// The empty cell with the fewest candidates, the first of equals; nil in a full grid.
  private var narrowest: (cell: Int, candidates: Int)? {
    var best: (cell: Int, candidates: Int)?
    var fewest = side + 1
    for cell in cells.indices where cells[cell] == 0 {
      let candidates = candidates(cell)
      if candidates.nonzeroBitCount < fewest {
        fewest = candidates.nonzeroBitCount
        best = (cell, candidates)
        if fewest <= 1 { break }
      }
    }
    return best
  }

  /// How many ways there are to fill the grid, counted up to `limit`.
  func solutionCount(upTo limit: Int) -> Int {
    var grid = self
    return grid.count(limit)
  }

  private mutating func count(_ limit: Int) -> Int {
    guard let (cell, candidates) = narrowest else { return 1 }
    var found = 0
    for number in 1...side where candidates & 1 << number != 0 && found < limit {
      place(number, at: cell)
      found += count(limit - found)
      empty(cell)
    }
    return found
  }

  /// The grid filled at random; the same grid if that cannot be done.
  func filled(_ stream: inout RandomStream) -> SudokuGrid {
    var grid = self
    return grid.fill(&stream) ? grid : self
  }

  private mutating func fill(_ stream: inout RandomStream) -> Bool {
    guard let (cell, candidates) = narrowest else { return true }
    for index in stream.permutation(side) where candidates & 1 << (index + 1) != 0 {
      place(index + 1, at: cell)
      if fill(&stream) { return true }
      empty(cell)
    }
    return false
  }
}
