import Files

/// Opens the files that vocabularies are read from.
enum VocabularyFile {
  /// All bytes of a file.
  ///
  /// - Throws: ``TokenizerError/file(_:)`` for one that cannot be read, or has more than `limit`.
  static func bytes(at path: String, limit: Int) throws(TokenizerError) -> [UInt8] {
    do { return try FileContents.bytes(at: path, limit: limit) } catch { throw .file(error) }
  }
}
