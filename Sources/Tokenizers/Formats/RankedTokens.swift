import Files
import Kernels

/// The tokens of a rank file, put in the order of their ranks and checked.
struct RankedTokens {
  /// Ids that may lie unused between the ranks and the special tokens.
  private static let mostUnassigned = 4096

  let path: String
  let lines: RankFileReader.Lines

  func definition(_ publication: RankPublication, name: String) throws(TokenizerError)
    -> TokenizerDefinition
  {
    let special = publication.specialTokens(rankCount: lines.ranks.count)
    let (tokens, pairs) = try merges(filled: Set(special.map(\.id)))
    return try definition(publication, name: name, tokens: tokens, pairs: pairs, special: special)
  }

  /// The definition of a file that says itself how text is cut.
  func definition(
    kind: TokenizerKind, stages: [PreTokenizer.Stage], name: String, special: [AddedToken]
  ) throws(TokenizerError) -> TokenizerDefinition {
    let (tokens, pairs) = try merges(filled: Set(special.map(\.id)))
    return try definition(
      kind: kind, stages: stages, name: name, tokens: tokens, pairs: pairs, special: special)
  }

  private func merges(filled: Set<Int32>) throws(TokenizerError) -> (ByteStringTable, PairTable) {
    let (tokens, unassigned) = try table(filled: filled)
    let byteIDs = try byteIDs(tokens)
    let missing = Set(unassigned)
    let ids = (0..<Int32(tokens.count)).filter {
      tokens.length(Int($0)) > 1 && !missing.contains($0)
    }
    do {
      let pairs = try MergeDerivation.pairs(
        of: ids, in: tokens, ranks: Array(0..<UInt32(tokens.count)), byteIDs: byteIDs)
      return (tokens, pairs)
    } catch { throw .interrupted(error) }
  }

  private func byteIDs(_ tokens: ByteStringTable) throws(TokenizerError) -> [Int32] {
    var byteIDs = [Int32](repeating: -1, count: 256)
    for byte in 0..<256 {
      guard let id = tokens.find([UInt8(byte)]) else {
        throw .malformed(
          path: path, place: "the whole file", reason: "byte \(byte) has no token of its own")
      }
      byteIDs[byte] = Int32(id)
    }
    return byteIDs
  }

  /// The definition of tokens and merges that are known to belong together.
  func definition(
    _ publication: RankPublication, name: String, tokens: ByteStringTable, pairs: PairTable,
    special: [AddedToken]
  ) throws(TokenizerError) -> TokenizerDefinition {
    var definition = try definition(
      kind: publication.kind, stages: publication.stages, name: name, tokens: tokens,
      pairs: pairs, special: special)
    definition.bosID = special.first { $0.content == publication.beginning }?.id
    definition.eosID = special.first { $0.content == "<|endoftext|>" }?.id
    return definition
  }

  private func definition(
    kind: TokenizerKind, stages: [PreTokenizer.Stage], name: String, tokens: ByteStringTable,
    pairs: PairTable, special: [AddedToken]
  ) throws(TokenizerError) -> TokenizerDefinition {
    var model = BytePairModel(
      alphabet: .bytes, tokens: tokens, merges: pairs, byteIDs: try byteIDs(tokens))
    model.ignoresMerges = true
    var definition = TokenizerDefinition(
      name: name, kind: kind, preTokenizer: PreTokenizer(stages: stages),
      model: .bytePair(model), addedTokens: special, decoder: decoder(tokens, special))
    definition.decoderDescription = "bytes"
    return definition
  }

  /// The tokens by rank, and the ranks that are left to special tokens.
  private func table(filled: Set<Int32>) throws(TokenizerError) -> (ByteStringTable, [Int32]) {
    let limit = lines.ranks.count + max(Self.mostUnassigned, lines.ranks.count)
    var size = 0
    var isSorted = true
    for (index, rank) in lines.ranks.enumerated() {
      guard rank < limit else {
        throw malformed(
          index, "rank \(rank) is far beyond the \(lines.ranks.count) tokens there are")
      }
      if Int(rank) != index { isSorted = false }
      size = max(size, Int(rank) + 1)
    }
    var lineOfRank: [Int32] = []
    if !isSorted {
      lineOfRank = [Int32](repeating: -1, count: size)
      for (index, rank) in lines.ranks.enumerated() {
        let other = Int(lineOfRank[Int(rank)])
        if other >= 0 {
          throw malformed(index, "rank \(rank) is the rank of \(lines.place(other)) already")
        }
        lineOfRank[Int(rank)] = Int32(index)
      }
    }

    var tokens = ByteStringTable(capacity: size)
    var unassigned: [Int32] = []
    try lines.bytes.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
      for rank in 0..<size {
        let index = isSorted ? rank : Int(lineOfRank[rank])
        if index < 0 {
          guard filled.contains(Int32(rank)) else {
            throw .malformed(
              path: path, place: "the whole file", reason: "no token has the rank \(rank)")
          }
          unassigned.append(Int32(rank))
          tokens.appendHidden([])
          continue
        }
        let token = bytes[Int(lines.ends[index])..<Int(lines.ends[index + 1])]
        if token.isEmpty {
          tokens.appendHidden([])
          continue
        }
        let (other, isNew) = tokens.insert(UnsafeBufferPointer(rebasing: token))
        if !isNew { throw malformed(index, "the token is the same as that of rank \(other)") }
      }
    }
    return (tokens, unassigned)
  }

  private func decoder(_ tokens: ByteStringTable, _ special: [AddedToken]) -> TextDecoder {
    let contents = Dictionary(
      special.map { ($0.id, $0.content) }, uniquingKeysWith: { first, _ in first })
    let size = max(tokens.count, Int(special.map(\.id).max() ?? -1) + 1)
    // All tokens at once, unless a special token takes the place of one.
    let isBulk = special.allSatisfy { Int($0.id) >= tokens.count }
    var decoder = isBulk ? TextDecoder(tokens) : TextDecoder()
    for id in decoder.count..<size {
      if let content = contents[Int32(id)] {
        decoder.append(content.utf8)
      } else if id < tokens.count {
        decoder.append(tokens[id])
      } else {
        decoder.appendUnassigned()
      }
    }
    return decoder
  }

  private func malformed(_ index: Int, _ reason: String) -> TokenizerError {
    .malformed(path: path, place: lines.place(index), reason: reason)
  }
}
