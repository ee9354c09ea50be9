import Testing

@testable import Notebooks

@Suite("Comparing outputs") struct OutputComparisonTests {
  let comparison = OutputComparison(tolerance: Tolerance())

  @Test(
    "texts, ids and shapes are compared exactly, floats within the tolerance",
    arguments: [
      ("", "", true), ("a\n", "a\n", true), ("a\n", "b\n", false), ("a\n", "a\na\n", false),
      ("1\n", "2\n", false), ("1.0\n", "1.000001\n", true), ("1.0\n", "1.001\n", false),
      ("1\n", "1.000001\n", true), ("1\n", "1.1\n", false), ("3.291\n", "3.292\n", false),
      ("-1.5\n", "1.5\n", false), ("1e-3\n", "0.001\n", true), ("1e-9\n", "2e-9\n", true),
      ("c1.5\n", "c1.500001\n", false), ("x1\n", "x2\n", false),
      ("[10, 20]\n", "[10, 21]\n", false),
      ("[0.5, 2]\n", "[0.500001, 2]\n", true), ("a b\n", "a  b\n", false),
      ("  x  loss\n  1  0.50\n", "  x     loss\n  1  0.500001\n", true),
      ("loss\n────\n0.50\n", "    loss\n────────\n0.500001\n", true),
      ("────\n0.50\n", "──────\n0.50\n", false), ("0x1F\n", "0x1G\n", false),
      ("4k\n", "5k\n", false),
      ("1-2\n", "1-3\n", false), ("50.0%\n", "50.00001%\n", true), ("1.5e\n", "1.6e\n", false),
      ("a ─ b\n", "a ─ c\n", false), ("1.0 \n", "1.000001\n", true),
      ("1.0 x\n", "1.000001\n", false),
      ("nan\n", "nan\n", true), ("é 0.5\n", "é 0.500001\n", true), ("1.0.0\n", "1.0.1\n", false),
    ])
  func pairs(saved: String, new: String, wanted: Bool) {
    #expect(comparison.accepts(saved, new) == wanted)
    #expect(comparison.accepts(new, saved) == wanted)
  }

  @Test("a tolerance of zero asks for equal numbers")
  func zero() {
    let exact = OutputComparison(tolerance: Tolerance(relative: 0, absolute: 0))
    #expect(exact.accepts("1.50\n", "1.5\n"))
    #expect(!exact.accepts("1.5\n", "1.5000001\n"))
  }

  @Test("NaN is like NaN")
  func nan() {
    #expect(Tolerance().accepts(.nan, .nan))
    #expect(!Tolerance().accepts(.nan, 1))
    #expect(Tolerance().accepts(.infinity, .infinity))
    #expect(!Tolerance().accepts(.infinity, 1))
  }
}

@Suite("Differences of texts") struct TextDifferenceTests {
  /// Makes the new text from the old one by what the difference says.
  private func patch(_ old: String, _ difference: String) throws -> String {
    var result: [Substring] = []
    let lines = TextDifference.lines(old)
    var position = 0
    for line in difference.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2) {
      if line.hasPrefix("@@") {
        let parts = line.split(separator: " ")[1].dropFirst().split(separator: ",")
        let start = try #require(Int(parts[0]))
        let count = parts.count == 2 ? Int(parts[1]) ?? 0 : 1
        let first = count == 0 ? start : start - 1
        result += lines[position..<first]
        position = first
      } else if line.hasPrefix("+") {
        result.append(line.dropFirst())
      } else if line.hasPrefix("-") || line.hasPrefix(" ") {
        #expect(lines[position] == line.dropFirst())
        if line.hasPrefix(" ") { result.append(lines[position]) }
        position += 1
      }
    }
    result += lines[position...]
    return result.map { $0 + "\n" }.joined()
  }

  @Test("a difference leads from the old text to the new one", arguments: 0..<4)
  func patching(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    for _ in 0..<300 {
      let old = (0..<Int.random(in: 0..<30, using: &random)).map { _ in
        "\(Int.random(in: 0..<6, using: &random))\n"
      }.joined()
      let new = (0..<Int.random(in: 0..<30, using: &random)).map { _ in
        "\(Int.random(in: 0..<6, using: &random))\n"
      }.joined()
      let difference = TextDifference.unified(old, new, from: "a", to: "b")
      #expect(difference.isEmpty == (old == new))
      #expect(try patch(old, difference) == new)
    }
  }

  @Test("the difference is the shortest one", arguments: 0..<2)
  func shortest(seed: Int) throws {
    var random = TestRandom(UInt64(50 + seed))
    for _ in 0..<100 {
      let a = (0..<Int.random(in: 0..<9, using: &random)).map { _ in
        Int.random(in: 0..<3, using: &random)
      }
      let b = (0..<Int.random(in: 0..<9, using: &random)).map { _ in
        Int.random(in: 0..<3, using: &random)
      }
      // Longest common subsequence by the table.
      var table = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
      for i in a.indices {
        for j in b.indices {
          table[i + 1][j + 1] =
            a[i] == b[j] ? table[i][j] + 1 : max(table[i][j + 1], table[i + 1][j])
        }
      }
      let changes = a.count + b.count - 2 * table[a.count][b.count]
      let difference = TextDifference.unified(
        a.map { "\($0)\n" }.joined(), b.map { "\($0)\n" }.joined(), from: "a", to: "b")
      let shown = TextDifference.lines(difference).dropFirst(2)
        .count { $0.hasPrefix("+") || $0.hasPrefix("-") }
      #expect(shown == changes)
    }
  }

  @Test("far apart texts are differences as a whole")
  func large() {
    let a = (0..<3_000).map { "a\($0)\n" }.joined()
    let b = (0..<3_000).map { "b\($0)\n" }.joined()
    let difference = TextDifference.unified(a, b, from: "a", to: "b")
    #expect(TextDifference.lines(difference).count == 6_003)
  }

  @Test("hunks are told as diff -u does")
  func hunks() {
    let old = (1...20).map { "\($0)\n" }.joined()
    let new = old.replacing("\n3\n", with: "\nx\n").replacing("\n18\n", with: "\n")
    #expect(
      TextDifference.unified(old, new, from: "a", to: "b")
        == "--- a\n+++ b\n@@ -1,6 +1,6 @@\n 1\n 2\n-3\n+x\n 4\n 5\n 6\n@@ -15,6 +15,5 @@\n 15\n 16\n 17\n-18\n 19\n 20\n"
    )
    #expect(
      TextDifference.unified("", "a\n", from: "a", to: "b") == "--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n")
  }
}
