import Files
import Testing

@Suite("Benchmarks of tokenizers", .enabled(if: Program.isBuilt, "needs the built program"))
struct TokenizerBenchmarkTests {
  /// A rank file of the 256 bytes and one token more.
  private static let ranks: String = {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bytes = (0..<256).map { byte in
      "\(digits[byte >> 2])\(digits[(byte & 3) << 4])== \(byte)\n"
    }
    return bytes.joined() + "YWI= 256\n"
  }()

  @Test("rates come as a table, and as lines that programs read; ids as the text's")
  func tokenizers() throws {
    let folder = try TestFolder()
    try folder.make("small.tiktoken", Self.ranks)
    try folder.make("text", String(repeating: "abc ab\n", count: 50))
    let arguments = [
      "bench", "tokenizers", folder.file("small.tiktoken"), folder.file("text"), "--kind", "gpt2",
      "--rounds", "2",
    ]
    let table = try Program.run(arguments + ["--threads", "2"])
    try #require(table.exitCode == 0 && table.errors == "", "\(table.errors)")
    for word in ["mapped form", "cold", "warm", "decode", "2 threads", "text"] {
      #expect(table.output.contains(word), "\(word)")
    }
    let lines = try Program.run(arguments + ["--lines", "--ids", folder.file("ids")])
    #expect(lines.exitCode == 0 && lines.errors == "")
    let words = lines.output.split(separator: "\n").map { $0.split(separator: " ") }
    try #require(words.count == 1 && words.first?.last == "text")
    #expect(words[0].dropLast().compactMap { Double($0) }.filter { $0 > 0 }.count == 5)
    let ids = try FileContents.bytes(at: folder.file("ids"), limit: 1 << 20)
    #expect(ids.count == 4 * 5 * 50 && Array(ids.prefix(8)) == [0, 1, 0, 0, 99, 0, 0, 0])
  }

  @Test("training says how long it took and what it had")
  func training() throws {
    let folder = try TestFolder()
    try folder.make("text", String(repeating: "abc ab\n", count: 50))
    let arguments = ["bench", "tokenizer-training", folder.file("text"), "--size", "300"]
    let said = try Program.run(arguments)
    #expect(said.exitCode == 0 && said.output.contains("tokens from 350 bytes"))
    let words = try Program.run(arguments + ["--lines"]).output.split(separator: " ")
    #expect(words.count == 3 && Double(words[0]) ?? 0 > 0 && Double(words[1]) ?? 0 > 1)
  }

  @Test(
    "what is no usage exits with 2, what cannot be read with 1",
    arguments: [
      (["tokenizers", "none", "--rounds", "0"], 2), (["tokenizers", "none", "--kind", "x"], 2),
      (["tokenizers", "none", "a", "b", "--ids", "c"], 2),
      (["tokenizer-training", "none", "--size", "1"], 2),
      (["tokenizers", "none", "--kind", "gpt2"], 1), (["tokenizer-training", "none"], 1),
    ] as [([String], Int32)])
  func wrong(arguments: [String], code: Int32) throws {
    let outcome = try Program.run(["bench"] + arguments)
    #expect(outcome.exitCode == code && outcome.output == "" && outcome.errors != "")
  }
}
