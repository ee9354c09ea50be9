import Files

extension Tokenizer {
  /// The vocabulary as tiktoken's rank file: a token in base64 and its id on every line.
  ///
  /// - Throws: ``TokenizerError/cannotSave(tokenizer:reason:)`` if its merges are not what the order
  ///   of its ids gives, or its tokens are not bytes.
  public func tiktokenRanks() throws(TokenizerError) -> [UInt8] {
    func refuse(_ reason: String) -> TokenizerError { .cannotSave(tokenizer: name, reason: reason) }
    guard let model = definition.model.bytePair, model.alphabet == .bytes else {
      throw refuse("its tokens are not byte strings that merge")
    }
    guard model.byteIDs.allSatisfy({ $0 >= 0 }) else { throw refuse("not every byte has a token") }
    let added = Set(definition.addedTokens.map(\.id))
    // The special tokens of the published kind come with it.
    let published = (try? kindOfRanks()).flatMap { RankPublication($0) }?.fixed ?? [:]
    let special = Dictionary(published.map { ($0.value, $0.key) }, uniquingKeysWith: { a, _ in a })
    let ids = (0..<Int32(model.tokens.count)).filter { id in
      let bytes = model.tokens[Int(id)]
      return !added.contains(id) && !definition.literals.contains(id) && !bytes.isEmpty
        && special[id].map { !bytes.elementsEqual($0.utf8) } ?? true
    }
    let pairs: PairTable
    do {
      pairs = try MergeDerivation.pairs(
        of: ids.filter { model.tokens.length(Int($0)) > 1 }, in: model.tokens,
        ranks: Array(0..<UInt32(model.tokens.count)), byteIDs: model.byteIDs)
    } catch { throw .interrupted(error) }
    guard pairs.count == ids.count - 256 || model.ignoresMerges else {
      throw refuse("it has tokens without a merge, which a rank file would make of whole pieces")
    }
    // The same pairs in the same order: ranks themselves may differ.
    let (derived, own) = (pairs.sorted(), model.merges.sorted())
    guard derived.count == own.count,
      zip(derived, own).allSatisfy({ ($0.left, $0.right) == ($1.left, $1.right) })
    else { throw refuse("its merges are not in the order of its ids") }
    var text: [UInt8] = []
    for id in ids {
      Base64.encode(model.tokens[Int(id)], into: &text)
      text.append(contentsOf: " \(id)\n".utf8)
    }
    return text
  }
  /// The published kind of rank file whose pattern is this vocabulary's own: a rank file is read
  /// again with it, since it does not hold the pattern.
  ///
  /// - Throws: ``TokenizerError/cannotSave(tokenizer:reason:)`` if there is none.
  public func kindOfRanks() throws(TokenizerError) -> TokenizerKind {
    guard definition.normalizers.isEmpty else {
      throw .cannotSave(
        tokenizer: name, reason: "it changes the text before it cuts it, a rank file does not")
    }
    let kinds: [TokenizerKind] = [kind, .gpt2, .cl100k, .o200k, .qwen]
    for kind in kinds {
      guard let publication = RankPublication(kind),
        publication.stages == definition.preTokenizer.stages
      else { continue }
      return kind
    }
    throw .cannotSave(
      tokenizer: name, reason: "no published kind of rank file cuts text as it does")
  }
}
