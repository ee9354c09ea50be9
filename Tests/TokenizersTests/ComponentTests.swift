import Files
import Testing

@testable import Tokenizers

/// Every component and option of a `tokenizer.json`, as Hugging Face's own library has it.
@Suite("Components") struct ComponentTests {
  struct Fixture: Sendable {
    let strings: [String]
    let pairs: [JSON]
    let models: [String: JSON]
    let cases: [JSON]
    let inputs: [JSON]

    static let shared: Result<Fixture, any Error> = Result {
      let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/components.json"
      let json = try JSONParser.parse(FileContents.bytes(at: path), path: path)
      func list(_ key: String) -> [JSON] { json[key]?.arrayValue ?? [] }
      let models = (json["models"]?.objectValue ?? []).map { ($0.key, $0.value) }
      return Fixture(
        strings: list("strings").compactMap(\.stringValue), pairs: list("pairs"),
        models: Dictionary(uniqueKeysWithValues: models), cases: list("cases"),
        inputs: list("inputs"))
    }

    /// The file that a case describes.
    func document(_ entry: JSON, model: String) throws -> [UInt8] {
      let keys = [
        "truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder",
      ]
      var members: [JSON.Member] = [.init("version", .string("1.0"))]
      for key in keys { members.append(.init(key, entry[key] ?? .null)) }
      members.append(.init("added_tokens", entry["added_tokens"] ?? .array([])))
      members.append(.init("model", try #require(models[model])))
      return Array(JSON.object(members).text().utf8)
    }
  }

  /// Four characters of a digest, as the fixture has them.
  private func short(_ bytes: [UInt8]) -> String {
    let digits = Array(Digest.hexadecimal(of: bytes).prefix(6))
    let digest = stride(from: 0, to: 6, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    var text: [UInt8] = []
    Base64.encode(digest, into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private func digests(_ json: JSON?) throws -> [String] {
    let text = Array(try #require(json?.stringValue))
    return stride(from: 0, to: text.count, by: 4).map { String(text[$0..<$0 + 4]) }
  }

  private func bytes(_ ids: [Int32]) -> [UInt8] {
    ids.flatMap { id in withUnsafeBytes(of: id.littleEndian) { Array($0) } }
  }

  @Test(
    "give the reference's ids and texts, all at once, streamed, and after saving", arguments: 0..<8)
  func cases(part: Int) throws {
    let fixture = try Fixture.shared.get()
    #expect(fixture.cases.count > 200 && fixture.strings.count > 40)
    for (index, entry) in fixture.cases.enumerated() where index % 8 == part {
      let name = try #require(entry["name"]?.stringValue)
      let model = try #require(entry["model"]?.stringValue)
      let document = try fixture.document(entry, model: model)
      let tokenizer: Tokenizer
      let saved: Tokenizer
      do {
        tokenizer = try Tokenizer.load(tokenizerJSON: document, name: "case", source: name)
        saved = try Tokenizer.load(
          tokenizerJSON: Array(tokenizer.json().text().utf8), name: "case", source: name)
      } catch {
        Issue.record("\(name): \(error)")
        continue
      }
      #expect(saved.digest == tokenizer.digest && saved.facts == tokenizer.facts, "\(name)")
      let policy: SpecialPolicy =
        entry["encode_special_tokens"]?.boolValue == true ? .text : .parse
      let ids = try digests(entry["ids"])
      let texts = try digests(entry["texts"])
      #expect(ids.count == fixture.strings.count && texts.count == ids.count)
      var wrong: [String] = []
      for (number, string) in fixture.strings.enumerated() {
        guard let got = try? tokenizer.encode(string, special: policy) else {
          if ids[number] != "fail" { wrong.append("\(number) is refused") }
          continue
        }
        if short(bytes(got)) != ids[number] {
          wrong.append("\(number) ids \(got)")
          continue
        }
        let text = try tokenizer.decode(got)
        if texts[number] != "none", short(Array(text.utf8)) != texts[number] {
          wrong.append("\(number) text \(text.debugDescription)")
        }
        var decoder = tokenizer.makeStreamingDecoder()
        let streamed = try got.map { try decoder.append($0) }.joined() + decoder.finish()
        if !streamed.utf8.elementsEqual(text.utf8) {
          wrong.append("\(number) stream \(streamed.debugDescription)")
        }
        if try saved.encode(string, special: policy) != got { wrong.append("\(number) saved") }
      }
      #expect(wrong.isEmpty, "\(name): \(wrong.count): \(wrong.prefix(3))")
    }
  }

  @Test("around texts: templates for one and two, truncation and padding")
  func inputs() throws {
    let fixture = try Fixture.shared.get()
    #expect(fixture.inputs.count > 60)
    for entry in fixture.inputs {
      let words: JSON = .object([.init("type", .string("Whitespace"))])
      let described: JSON = .object(
        (entry.objectValue ?? []) + [.init("pre_tokenizer", words)])
      let name = entry.text()
      let tokenizer = try Tokenizer.load(
        tokenizerJSON: fixture.document(described, model: "bpe"), name: "case", source: name)
      for (pair, expected) in zip(fixture.pairs, try #require(entry["results"]?.arrayValue)) {
        let first = try #require(pair.arrayValue?[0].stringValue)
        let second = pair.arrayValue?[1].stringValue
        let got = try? tokenizer.encode(
          first, pairedWith: second, special: .parse, truncating: tokenizer.truncation,
          padding: tokenizer.padding)
        guard let lists = expected.arrayValue else {
          #expect(got == nil, "\(name) \(first)")
          continue
        }
        #expect(
          got?.ids.map(Int.init) == lists[0].arrayValue?.compactMap(\.intValue), "\(name) \(first)")
        #expect(
          got?.typeIDs.map(Int.init) == lists[1].arrayValue?.compactMap(\.intValue),
          "\(name) \(first)")
        #expect(
          got?.attentionMask.map { $0 ? 1 : 0 } == lists[2].arrayValue?.compactMap(\.intValue),
          "\(name) \(first)")
      }
    }
  }
}
