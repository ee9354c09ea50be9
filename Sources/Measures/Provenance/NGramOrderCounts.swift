import Kernels
import Tensors

/// How often texts say what documents say, document by document in the order of training: what is left of
/// the order in a model's texts (arXiv 2510.19796, algorithm 2).
public struct NGramOrderCounts: Sendable, Equatable {
  /// Which documents of a match count.
  public enum Matches: String, Sendable, CaseIterable {
    /// Each document that has the n-gram.
    case all
    /// One of them, drawn.
    case stratified
    /// The document of an n-gram that no other has.
    case unique
  }

  /// One a document.
  public let counts: [Int]
  /// The places of the texts that were looked up: those with as many tokens behind them as the longest n-gram has.
  public let places: Int
  /// Those that counted for a document.
  public let matched: Int
  /// The mean length of their matches; nil without any.
  public let meanLength: Double?

  /// Looks up the longest n-gram at each place of each text, and adds 1 to each document that counts.
  ///
  /// - Parameters:
  ///   - index: of the documents in the order of training.
  ///   - stream: for drawn documents; those of text t come from its child "t".
  /// - Throws: ``MeasureError/interrupted(_:)``.
  /// - Complexity: O(places · (longest · log T + documents of a match)).
  public init(
    of texts: [[Int32]], in index: NGramIndex, counting matches: Matches = .all,
    stream: RandomStream
  ) throws(MeasureError) {
    var counts = [Int](repeating: 0, count: index.documents)
    var (places, matched, length) = (0, 0, 0)
    for (number, text) in texts.enumerated() where text.count >= index.longest {
      do { try Cancellation.check() } catch { throw .interrupted(error) }
      var draws = stream.child(String(number))
      for start in 0...text.count - index.longest {
        places += 1
        let match = index.match(text[start...])
        if match.length == 0 { continue }
        var documents = index.documents(of: match)
        switch matches {
        case .all: break
        case .stratified: documents = [documents[draws.int(below: documents.count)]]
        case .unique: if documents.count > 1 { continue }
        }
        for document in documents { counts[document] += 1 }
        matched += 1
        length += match.length
      }
    }
    (self.counts, self.places, self.matched) = (counts, places, matched)
    meanLength = matched > 0 ? Double(length) / Double(matched) : nil
  }

  /// The mean place in the order of all documents that were counted, 0 for the first; nil without any.
  public var meanStep: Double? {
    let total = counts.reduce(0, +)
    if total == 0 { return nil }
    return Sums.sum(counts.enumerated().map { Double($0.offset) * Double($0.element) })
      / Double(total)
  }
}
