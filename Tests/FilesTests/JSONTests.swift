import Files
import Testing

@Suite("JSON document") struct JSONTests {
  @Test("printing and reading give the same document and the same text", arguments: [false, true])
  func identity(pretty: Bool) throws {
    var numbers = TestNumbers(1)
    for _ in 0..<3_000 {
      let value = JSONSamples.document(&numbers, depth: 5)
      let text = value.text(pretty: pretty)
      let again = try JSONParser.parse(Array(text.utf8), path: "x.json")
      #expect(again == value)
      #expect(again.text(pretty: pretty) == text)
      #expect(JSONRecognizer.accepts(Array(text.utf8)))
    }
  }

  @Test("prints one line, or two blanks a level")
  func layout() {
    let value = JSON.object([
      .init("a", .array([.integer(1), .number(2), .null])), .init("b", .object([])),
      .init("c", .array([])), .init("d", .object([.init("e\n", .bool(true))])),
    ])
    #expect(value.text() == #"{"a": [1, 2.0, null], "b": {}, "c": [], "d": {"e\n": true}}"#)
    #expect(
      value.text(pretty: true) == #"""
        {
          "a": [
            1,
            2.0,
            null
          ],
          "b": {},
          "c": [],
          "d": {
            "e\n": true
          }
        }
        """#)
  }

  @Test("numbers print so that they read back exactly; what JSON lacks is null")
  func numbers() throws {
    for value in [0.1, 1e16, 1e22, .leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 1 / 3]
      as [Double]
    {
      let back = try JSONParser.parse(Array(JSON.number(value).text().utf8), path: "x.json")
      #expect(back.doubleValue?.bitPattern == value.bitPattern)
    }
    #expect(JSON.number(.nan).text() == "null")
    #expect(JSON.number(-.infinity).text() == "null")
  }

  @Test("gives values as the kinds they can stand for")
  func kinds() {
    #expect(JSON.integer(3).doubleValue == 3)
    #expect(JSON.number(3).intValue == 3)
    #expect(JSON.number(3.5).intValue == nil)
    #expect(JSON.number(1e300).intValue == nil)
    #expect(JSON.string("3").intValue == nil)
    #expect(JSON.null.isNull && !JSON.bool(false).isNull)
    #expect(JSON.bool(true).boolValue == true && JSON.integer(1).boolValue == nil)
    #expect(JSON.array([.null]).arrayValue?.count == 1 && JSON.null.arrayValue == nil)
    #expect(JSON.null["a"] == nil && JSON.null.stringValue == nil && JSON.null.doubleValue == nil)
  }
}
