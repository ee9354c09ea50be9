import Glibc
import Testing

@testable import Plots

@Suite("Numbers in charts") struct DecimalDigitsTests {
  @Test(
    "are as short as is sensible",
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (3.29121, "3.291"), (30127, "30127"), (30127.4, "30127"),
      (9_999_999, "9999999"), (12_345_678, "1.235e7"), (1e7, "1e7"), (0.5, "0.5"), (-0.25, "-0.25"),
      (0.0001234, "0.0001234"), (0.00001234, "1.234e-5"), (99.996, "100"), (9999.99, "10000"),
      (0.99999, "1"), (1e300, "1e300"), (-1.5e-300, "-1.5e-300"), (999_999.7, "1000000"),
      (.infinity, "∞"), (-.infinity, "-∞"), (.nan, "NaN"), (0.1 + 0.2, "0.3"),
    ])
  func short(value: Double, text: String) {
    #expect(valueText(value) == text)
  }

  @Test(
    "can have a fixed number of decimals",
    arguments: [
      (1.005, 2, "1.01"), (0.5, 0, "1"), (1.4, 0, "1"), (0.04, 1, "0.0"), (-0.04, 1, "0.0"),
      (0.05, 1, "0.1"), (99.95, 1, "100.0"), (-2, 3, "-2.000"), (1e-7, 2, "0.00"), (0, 1, "0.0"),
      (1234.5678, 2, "1234.57"), (1e20, 1, "100000000000000000000.0"),
    ])
  func fixed(value: Double, decimals: Int, text: String) {
    #expect(DecimalDigits(value).fixed(decimals: decimals) == text)
  }

  @Test("read back within half a unit of the last place")
  func rounding() throws {
    var numbers = TestNumbers(1)
    for _ in 0..<4_000 {
      var value = Double(bitPattern: numbers.next())
      if !value.isFinite { value = 1 }
      if Bool.random(using: &numbers) { value = .random(in: -1000...1000, using: &numbers) }
      for count in [1, 4, 9] {
        let back = try #require(Double(DecimalDigits(value).short(significant: count)))
        let unit = powerOfTen(DecimalDigits(value).exponent - count + 1)
        if abs(value) > 1e-300 && back.isFinite {
          #expect(abs(back - value) <= unit * 0.5000001, "\(value)")
        }
      }
      if abs(value) <= 1000 {
        let back = try #require(Double(DecimalDigits(value).fixed(decimals: 3)))
        #expect(abs(back - value) <= 0.0005000001, "\(value)")
      }
      let all = try #require(Double(DecimalDigits(value).scientific))
      #expect(all == value)
    }
  }

  @Test("have the exponent and the logarithm that mathematics gives them")
  func logarithm() {
    var numbers = TestNumbers(2)
    for exponent in -323...308 {
      #expect(DecimalDigits(powerOfTen(exponent)).exponent == exponent)
      if exponent > -307 {
        #expect(abs(logarithm10(powerOfTen(exponent)) - Double(exponent)) < 1e-12)
      }
    }
    for _ in 0..<4_000 {
      let value = abs(Double(bitPattern: numbers.next()))
      guard value.isFinite, value > 0 else { continue }
      #expect(abs(logarithm10(value) - log10(value)) <= 1e-13 * max(1, abs(log10(value))))
    }
  }
}

@Suite("Axes") struct AxisTests {
  @Test("have round ticks that cover the values and read back as they stand")
  func linear() throws {
    var numbers = TestNumbers(3)
    for round in 0..<4_000 {
      let size = powerOfTen(Int.random(in: -12...12, using: &numbers))
      let offset = Double.random(in: -10...10, using: &numbers) * size
      let values = [offset, offset + .random(in: 0.001...10, using: &numbers) * size]
      let target = Int.random(in: 2...10, using: &numbers)
      let axis = Axis(.linear, showing: values, target: target, widened: true)
      let ticks = axis.ticks.map(\.value)
      try #require(ticks.count >= 2 && ticks.count <= 3 * target + 2, "round \(round): \(values)")
      let step = ticks[1] - ticks[0]
      #expect(
        ticks[0] <= values[0] + step * 1e-6 && ticks[ticks.count - 1] >= values[1] - step * 1e-6)
      #expect(
        ticks[0] > values[0] - step * 1.001 && ticks[ticks.count - 1] < values[1] + step * 1.001)
      let exponent = DecimalDigits(step * 1.0000001).exponent
      let factor = step / powerOfTen(exponent)
      #expect([1, 2, 5].contains { abs($0 - factor) < 1e-6 * factor || abs($0 - factor) < 1e-3 })
      for tick in axis.ticks {
        let back = try #require(Double(tick.label))
        #expect(abs(back - tick.value) <= step * 1e-6, "round \(round): \(tick)")
      }
      #expect(Set(axis.ticks.map(\.label)).count == ticks.count)
    }
  }

  @Test("of whole numbers have whole ticks")
  func whole() {
    for values in [[1.0, 2], [0, 3], [5, 5], [1, 4]] {
      for widened in [false, true] {
        let axis = Axis(.linear, showing: values, target: 6, widened: widened)
        #expect(axis.ticks.allSatisfy { $0.value == $0.value.rounded() })
      }
    }
  }

  @Test("that are not widened start and end with the values")
  func exact() {
    let axis = Axis(.linear, showing: [0.13, 9.7, 3], target: 5, widened: false)
    #expect(axis.low == 0.13 && axis.high == 9.7)
    #expect(axis.ticks.map(\.label) == ["2", "4", "6", "8"])
    #expect(axis.fraction(0.13) == 0 && axis.fraction(9.7) == 1)
  }

  @Test("on a log scale have ticks at powers of ten, or at 1, 2, 5 where there are few")
  func log() {
    #expect(
      Axis(.log, showing: [3, 70], target: 5, widened: true).ticks.map(\.label)
        == ["2", "5", "10", "20", "50", "100"])
    #expect(
      Axis(.log, showing: [1e-5, 20], target: 5, widened: true).ticks.map(\.label)
        == ["1e-5", "0.0001", "0.001", "0.01", "0.1", "1", "10", "100"])
    let axis = Axis(.log, showing: [1, 10000], target: 5, widened: false)
    for (value, place) in [(1.0, 0.0), (10, 0.25), (100, 0.5), (1000, 0.75), (10000, 1)] {
      #expect(abs(axis.fraction(value) - place) < 1e-12)
    }
  }

  @Test("survive any values", arguments: AxisKind.allCases)
  func anything(kind: AxisKind) {
    var numbers = TestNumbers(4)
    for _ in 0..<4_000 {
      let values = (0..<3).map { _ in numbers.value() }.filter { Axis.canShow($0, on: kind) }
      if values.isEmpty { continue }
      let axis = Axis(kind, showing: values, target: 6, widened: Bool.random(using: &numbers))
      #expect(axis.low < axis.high && axis.low.isFinite && axis.high.isFinite, "\(values)")
      #expect(axis.low <= (values.min() ?? 0) && axis.high >= (values.max() ?? 0), "\(values)")
      #expect(axis.ticks.count < 40)
      #expect(values.allSatisfy { (0..<10).contains(axis.cell($0, of: 10)) })
    }
  }
}

@Suite("Text in charts") struct DisplayTextTests {
  @Test(
    "takes the columns that a terminal gives it",
    arguments: [
      ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("😀", 2), ("👩‍👩‍👧", 2),
      ("🇩🇪", 2), ("ｆ", 2), ("─│█▉░⣿", 6), ("…", 1), ("❤️", 2), ("ñ̃", 1), ("Ω≈ç√∫", 5), ("①", 1),
    ])
  func columns(text: String, columns: Int) {
    #expect(DisplayText.columns(of: text) == columns)
  }

  @Test("is cut by columns, with a mark")
  func cut() {
    #expect(DisplayText.cut("abcdef", to: 6) == "abcdef")
    #expect(DisplayText.cut("abcdef", to: 5) == "abcd…")
    #expect(DisplayText.cut("日本語", to: 5) == "日本…")
    #expect(DisplayText.cut("日本語", to: 4) == "日…")
    #expect(DisplayText.cut("abc", to: 1) == "…")
    #expect(DisplayText.cut("abc", to: 0) == "")
  }

  @Test("stays on one line")
  func oneLine() {
    #expect(DisplayText.oneLine("a\nb\tc\r\u{1B}[1m\u{2028}") == #"a\nb\tc\r\u{1B}[1m\u{2028}"#)
    #expect(DisplayText.oneLine("a\u{200B}b\u{202E}") == "ab")
  }

  @Test("flows into lines of a width")
  func flow() {
    #expect(DisplayText.flow(["aa", "bb", "cc"], width: 6, gap: "  ") == ["aa  bb", "cc"])
    #expect(DisplayText.flow([], width: 6, gap: " ") == [])
  }
}
