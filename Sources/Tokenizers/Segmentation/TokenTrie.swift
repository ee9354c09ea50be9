import Synchronization

/// Tokens by their bytes, as a tree: which tokens a text starts with, and which start with a text.
///
/// Nodes lie level by level, each node's children side by side in the order of their bytes.
public struct TokenTrie: Sendable {
  /// The children of node `i` are `children[i]..<children[i + 1]`.
  private var children: [Int32] = []
  /// The byte that leads to each node.
  private var labels: [UInt8] = []
  /// The tokens of node `i` are `ids[tokens[i]..<tokens[i + 1]]`.
  private var tokens: [Int32] = []
  private var ids: [Int32] = []
  public let longestToken: Int

  /// - Parameter tokens: bytes and ids; several ids may have the same bytes, none may be empty.
  public init(_ tokens: [(bytes: [UInt8], id: Int32)]) {
    let sorted = tokens.filter { !$0.bytes.isEmpty }.sorted {
      $0.bytes == $1.bytes ? $0.id < $1.id : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    longestToken = sorted.reduce(0) { max($0, $1.bytes.count) }
    var level = [0..<sorted.count]
    var depth = 0
    labels = [0]
    while !level.isEmpty {
      var following: [Range<Int>] = []
      for range in level {
        self.tokens.append(Int32(ids.count))
        var start = range.lowerBound
        while start < range.upperBound, sorted[start].bytes.count == depth {
          ids.append(sorted[start].id)
          start += 1
        }
        children.append(Int32(labels.count))
        while start < range.upperBound {
          let label = sorted[start].bytes[depth]
          var end = start + 1
          while end < range.upperBound, sorted[end].bytes[depth] == label { end += 1 }
          labels.append(label)
          following.append(start..<end)
          start = end
        }
      }
      level = following
      depth += 1
    }
    children.append(Int32(labels.count))
    self.tokens.append(Int32(ids.count))
  }

  /// The ordinary tokens of a tokenizer: those that give bytes, special and added ones left out.
  public init(_ tokenizer: Tokenizer) {
    let definition = tokenizer.definition
    let added = Set(definition.addedTokens.map(\.id))
    self.init(
      (0..<Int32(definition.decoder.count)).compactMap { id in
        if added.contains(id) || definition.decoder.unassigned.contains(id) { return nil }
        return (Array(definition.decoder[id]), id)
      })
  }

  private func child(_ node: Int, _ label: UInt8) -> Int? {
    var (low, high) = (Int(children[node]), Int(children[node + 1]))
    while low < high {
      let middle = (low + high) / 2
      if labels[middle] == label { return middle }
      if labels[middle] < label { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  private func ids(at node: Int) -> ArraySlice<Int32> {
    ids[Int(tokens[node])..<Int(tokens[node + 1])]
  }

  /// Calls `body` with each token that stands at `start`, the shortest first, and where it ends.
  public func forEachToken(
    in bytes: [UInt8], at start: Int, _ body: (_ id: Int32, _ end: Int) -> Void
  ) {
    var node = 0
    var index = start
    while index < bytes.count, let next = child(node, bytes[index]) {
      node = next
      index += 1
      for id in ids(at: node) { body(id, index) }
    }
  }

  /// The tokens whose bytes start with a prefix, in the order of their lengths, then bytes.
  public func tokens(startingWith prefix: some Collection<UInt8>) -> [Int32] {
    var node = 0
    for byte in prefix {
      guard let next = child(node, byte) else { return [] }
      node = next
    }
    var result: [Int32] = []
    var level = node..<node + 1
    while !level.isEmpty {
      result += ids[Int(tokens[level.lowerBound])..<Int(tokens[level.upperBound])]
      level = Int(children[level.lowerBound])..<Int(children[level.upperBound])
    }
    return result
  }

  /// The tokens of just these bytes.
  public func tokens(of bytes: some Collection<UInt8>) -> [Int32] {
    var node = 0
    for byte in bytes {
      guard let next = child(node, byte) else { return [] }
      node = next
    }
    return Array(ids(at: node))
  }
}

/// A tokenizer's trie, made when it is first asked for.
final class KeptTrie: Sendable {
  private let made = Mutex<TokenTrie?>(nil)

  func trie(of tokenizer: Tokenizer) -> TokenTrie {
    made.withLock { made in
      if let made { return made }
      let trie = TokenTrie(tokenizer)
      made = trie
      return trie
    }
  }
}

extension Tokenizer {
  /// The ordinary tokens as a tree; made once, in time linear in the vocabulary but for sorting it.
  public var trie: TokenTrie { keptTrie.trie(of: self) }
}
