/// Vocabulary files with a token or a merge on every line, bounded before they take memory.
enum VocabularyLines {
  /// More lines than any vocabulary has.
  static let most = 1 << 22

  /// The lines without their ends; the last one may lack its end.
  ///
  /// - Throws: ``TokenizerError/malformed(path:place:reason:)`` for more than ``most`` lines.
  static func split(_ bytes: [UInt8], path: String) throws(TokenizerError) -> [ArraySlice<UInt8>] {
    let count = bytes.count { $0 == UInt8(ascii: "\n") }
    if count > most { throw tooMany(count, path: path) }
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
  }

  static func tooMany(_ count: Int, path: String) -> TokenizerError {
    .malformed(
      path: path, place: "the whole file",
      reason: "\(count) lines are more than the \(most) possible")
  }
}
