/// A token sequence that can begin the ids of some text and whose text starts with a byte prefix, where
/// only the last token may reach beyond it.
///
/// The probability of a byte prefix under a token model is the sum over its covers (Phan et al., arXiv
/// 2410.09303).
public struct TokenCover: Sendable, Equatable {
  public let ids: [Int32]
  /// The bytes of the last token that lie beyond the prefix.
  public let overhang: [UInt8]

  public init(ids: [Int32], overhang: [UInt8]) {
    (self.ids, self.overhang) = (ids, overhang)
  }
}

extension TokenContinuations {
  /// All covers of a byte prefix, those with fewer bytes before the last token first; none of the empty
  /// one.
  ///
  /// One has no overhang, the prefix's own ids; where patterns look ahead (``beginnings(of:)``), another
  /// one may have none either.
  /// - Parameter checksOverhangs: without, a last token that reaches beyond the prefix may be any that
  ///   starts with what is left of it.
  /// - Complexity: one encoding per token that starts with an end of the prefix.
  public func covers(of prefix: [UInt8], checksOverhangs: Bool = true) throws(TokenizerError)
    -> [TokenCover]
  {
    var result: [TokenCover] = []
    for place in max(0, prefix.count - longestToken)..<prefix.count {
      let rest = prefix[place...]
      // Most places have no token that starts with the rest; they need no encoding.
      if place > 0, tokens(startingWith: rest, atStart: false).isEmpty { continue }
      for ids in try beginnings(of: Array(prefix[..<place])) {
        let atStart = ids.isEmpty
        var found = tokens(startingWith: rest, atStart: atStart)
        let checked = found.filter {
          checksOverhangs || bytes(of: $0, atStart: atStart).count == rest.count
        }
        let refused = Set(checked).subtracting(try allowed(among: checked, after: ids))
        found.removeAll(where: refused.contains)
        for id in found {
          let overhang = bytes(of: id, atStart: atStart).dropFirst(rest.count)
          result.append(TokenCover(ids: ids + [id], overhang: Array(overhang)))
        }
      }
    }
    return result
  }
}

extension Tokenizer {
  /// Whether the tokenizer gives these ids to what they stand for.
  public func isValid(_ ids: [Int32]) throws(TokenizerError) -> Bool { try canonical(ids) == ids }
}
