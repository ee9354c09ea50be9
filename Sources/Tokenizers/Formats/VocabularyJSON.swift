import Files

/// JSON documents that hold vocabularies, bounded before they take memory.
enum VocabularyJSON {
  private static let longestFile = 1 << 27
  /// More values than any vocabulary has: merges and tokens by the million.
  private static let mostValues = 1 << 23

  static func read(_ path: String) throws(TokenizerError) -> JSON {
    let bytes = try VocabularyFile.bytes(at: path, limit: longestFile)
    return try parse(bytes, path: path)
  }

  static func parse(_ bytes: [UInt8], path: String) throws(TokenizerError) -> JSON {
    // Every value but the last of a list has a comma after it.
    let commas = bytes.count { $0 == UInt8(ascii: ",") }
    guard commas < mostValues else {
      throw .malformed(
        path: path, place: "top level",
        reason: "about \(commas) values are more than the \(mostValues) possible")
    }
    do { return try JSONParser.parse(bytes, path: path) } catch { throw .file(error) }
  }
}
