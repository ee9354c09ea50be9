import Testing

@testable import Training

@Suite("Sudoku") struct SudokuWorldTests {
  /// Whether a number may stand in a cell, by looking at every other cell.
  static func fits(_ number: Int, _ cell: Int, _ cells: [Int], side: Int, box: Int) -> Bool {
    let (row, column) = (cell / side, cell % side)
    return !cells.indices.contains { other in
      guard other != cell, cells[other] == number else { return false }
      let (otherRow, otherColumn) = (other / side, other % side)
      return otherRow == row || otherColumn == column
        || box > 0 && otherRow / box == row / box && otherColumn / box == column / box
    }
  }

  /// The full grids that fit, up to a limit, cell by cell in order.
  static func solutions(_ cells: [Int], side: Int, box: Int, upTo limit: Int) -> [[Int]] {
    guard let cell = cells.firstIndex(of: 0) else { return [cells] }
    var found: [[Int]] = []
    var next = cells
    for number in 1...side where fits(number, cell, cells, side: side, box: box) {
      next[cell] = number
      found += solutions(next, side: side, box: box, upTo: limit - found.count)
      if found.count >= limit { break }
    }
    return found
  }

  static func cells(_ text: String?) -> [Int] { (text ?? "").map { $0.wholeNumberValue ?? 0 } }

  @Test("small puzzles have one solution, which brute force finds")
  func small() throws {
    let problems = try SudokuWorld(seed: 1, side: 4, givens: [4, 6, 8, 12, 16]).problems(50)
    for (index, problem) in problems.enumerated() {
      #expect(problem.puzzle.count { $0 != 0 } == [4, 6, 8, 12, 16][index % 5])
      let found = Self.solutions(problem.puzzle, side: 4, box: 2, upTo: 3)
      #expect(found == [Self.cells(problem.solution)])
    }
    #expect(Set(problems.map(\.solutionCells)).count > 35)
  }

  @Test("large puzzles too")
  func large() throws {
    for problem in try SudokuWorld(seed: 2, givens: [40, 30]).problems(2) {
      let found = Self.solutions(problem.puzzle, side: 9, box: 3, upTo: 2)
      #expect(found == [problem.solutionCells])
    }
  }

  @Test("few givens are found; the grid's own count of solutions is that of brute force")
  func counts() throws {
    let problem = try SudokuWorld(seed: 3, givens: [26]).problem(0)
    #expect(problem.puzzle.count { $0 != 0 } == 26)
    for problem in try SudokuWorld(seed: 4, side: 4, givens: [3, 5, 7], isUnique: false).problems(
      12)
    {
      var grid = SudokuGrid(side: 4, hasBoxes: true)
      for (cell, number) in problem.puzzle.enumerated() where number > 0 {
        grid.place(number, at: cell)
      }
      let found = Self.solutions(problem.puzzle, side: 4, box: 2, upTo: 300)
      #expect(grid.solutionCount(upTo: 300) == found.count)
      #expect(grid.solutionCount(upTo: 2) == min(2, found.count))
      for solution in found {
        #expect(problem.verdict(on: solution.map { "\($0)" }.joined()).isRight)
      }
    }
    // There are 288 full grids of 4 by 4, and 576 Latin squares.
    #expect(SudokuGrid(side: 4, hasBoxes: true).solutionCount(upTo: 1000) == 288)
    #expect(SudokuGrid(side: 4, hasBoxes: false).solutionCount(upTo: 1000) == 576)
  }

  @Test("Latin squares, with and without givens")
  func latin() throws {
    for side in 2...5 {
      let few = (2 * side * side + 4) / 5
      let problem = try SudokuWorld(seed: 5, side: side, givens: [few], hasBoxes: false).problem(0)
      let found = Self.solutions(problem.puzzle, side: side, box: 0, upTo: 2)
      #expect(found == [problem.solutionCells])
    }
    let empty = try SudokuWorld(seed: 6, side: 4, givens: [0], hasBoxes: false, isUnique: false)
      .problems(100)
    #expect(empty.allSatisfy { $0.puzzle == [Int](repeating: 0, count: 16) })
    #expect(Set(empty.map(\.solutionCells)).count > 80)
    #expect(empty[0].verdict(on: "1234 2143\n3412 4321").isRight)
    #expect(empty[0].verdict(on: "1234341221434321").isRight)
    #expect(try SudokuWorld(seed: 7, side: 9, givens: [33], hasBoxes: false).problem(0).side == 9)
  }

  @Test("a mutated grid is wrong, and why")
  func mutated() throws {
    let problem = try SudokuWorld(seed: 8, side: 4, givens: [8]).problem(0)
    let solution = problem.solution.map(String.init)
    for cell in 0..<16 {
      for digit in ["1", "2", "3", "4"] where digit != solution[cell] {
        var wrong = solution
        wrong[cell] = digit
        let verdict = problem.verdict(on: wrong.joined())
        #expect(
          verdict.reason
            == (problem.puzzle[cell] != 0
              ? "a given is changed" : "a \(digit) is twice in a row, column or box")
            || verdict.reason?.hasSuffix("is twice in a row, column or box") == true)
        #expect(!verdict.isRight)
      }
    }
    for text in [
      "", "12", problem.solution + "1", "123412341234123x", String(repeating: "5", count: 16),
    ] {
      #expect(problem.verdict(on: text).reason == "it is no full grid of 4 by 4 digits 1 to 4")
    }
    for text in ["12", "....5...........", "x..............."] {
      #expect(SudokuProblem(fields: ["kind": .text("sudoku"), "problem": .text(text)]) == nil)
    }
    #expect(
      SudokuProblem(fields: ["kind": .text("sudoku"), "problem": .text(".........")]) == nil)
    #expect(
      SudokuProblem(fields: ["kind": .text("latin"), "problem": .text(".........")])?.side == 3)
  }
}
