/// The frequent substrings of a corpus's pieces: what a unigram vocabulary starts from.
///
/// All suffixes are sorted; neighbours that share a beginning give each repeated substring that goes
/// on in different ways, or ends, with how often it occurs (the inner nodes of a suffix tree, as in
/// the reference implementation of Kudo, arXiv 1804.10959).
struct SeedPieces {
  struct Seed: Equatable {
    let bytes: [UInt8]
    let characters: Int
    let count: UInt64

    /// How much of the corpus it covers.
    var score: Double { Double(count) * Double(characters) }
  }

  private var bytes: [UInt8] = []
  /// Where each piece ends, by the place of each of its bytes.
  private var ends: [Int32] = []
  private var weights: [UInt64] = []
  private var suffixes: [Int32] = []
  private let longest: Int

  /// - Parameters:
  ///   - pieces: the bytes of distinct pieces and how often each occurs.
  ///   - longest: the most characters of a substring.
  init(_ pieces: [(bytes: [UInt8], weight: UInt64)], longest: Int) {
    self.longest = longest
    for piece in pieces {
      let end = Int32(bytes.count + piece.bytes.count)
      for byte in piece.bytes {
        if byte & 0xC0 != 0x80 { suffixes.append(Int32(bytes.count)) }
        bytes.append(byte)
        ends.append(end)
        weights.append(piece.weight)
      }
    }
  }

  /// The `limit` substrings of two or more characters that cover most; of those that cover as much,
  /// the ones whose bytes come first.
  func most(_ limit: Int) -> [Seed] {
    let sorted = bytes.withUnsafeBufferPointer { bytes in
      ends.withUnsafeBufferPointer { ends in
        suffixes.sorted { Self.precedes(Int($0), Int($1), bytes, ends) }
      }
    }
    var seeds: [Seed] = []
    // Open substrings: their length, and the weight of the suffixes that start with them.
    var open: [(characters: Int, weight: UInt64)] = []
    for place in sorted.indices {
      let shared =
        place + 1 < sorted.count ? self.shared(Int(sorted[place]), Int(sorted[place + 1])) : 0
      var weight = weights[Int(sorted[place])]
      // A piece that occurs again is followed by itself.
      let whole = weight > 1 ? length(Int(sorted[place])) : 0
      if whole > open.last?.characters ?? 0 { open.append((whole, 0)) }
      // Substrings longer than what the next suffix shares end here.
      while let top = open.last, top.characters > shared {
        weight &+= top.weight
        open.removeLast()
        append(&seeds, at: Int(sorted[place]), top.characters, weight)
      }
      if let top = open.last, top.characters == shared {
        open[open.count - 1].weight &+= weight
      } else if shared > 0 {
        open.append((shared, weight))
      }
    }
    seeds.sort {
      $0.score != $1.score
        ? $0.score > $1.score : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    return Array(seeds.prefix(limit))
  }

  /// How many characters a suffix has, ``longest`` at most.
  private func length(_ start: Int) -> Int {
    min(longest, bytes[start..<Int(ends[start])].count { $0 & 0xC0 != 0x80 })
  }

  private func append(_ seeds: inout [Seed], at start: Int, _ characters: Int, _ count: UInt64) {
    guard characters > 1, count > 1 else { return }
    var end = start
    var left = characters
    while end < Int(ends[start]), left > 0 || bytes[end] & 0xC0 == 0x80 {
      if bytes[end] & 0xC0 != 0x80 { left -= 1 }
      end += 1
    }
    seeds.append(Seed(bytes: Array(bytes[start..<end]), characters: characters, count: count))
  }

  private static func precedes(
    _ a: Int, _ b: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ ends: UnsafeBufferPointer<Int32>
  ) -> Bool {
    let (lengthA, lengthB) = (Int(ends[a]) - a, Int(ends[b]) - b)
    for offset in 0..<min(lengthA, lengthB) where bytes[a + offset] != bytes[b + offset] {
      return bytes[a + offset] < bytes[b + offset]
    }
    return lengthA < lengthB
  }

  /// How many whole characters two suffixes share at their start, ``longest`` at most.
  private func shared(_ a: Int, _ b: Int) -> Int {
    let length = min(Int(ends[a]) - a, Int(ends[b]) - b)
    var offset = 0
    var characters = 0
    while offset < length, bytes[a + offset] == bytes[b + offset] {
      if bytes[a + offset] & 0xC0 != 0x80 {
        if characters == longest { return characters }
        characters += 1
      }
      offset += 1
    }
    // A character whose last bytes differ is not shared.
    let isCut =
      a + offset < Int(ends[a]) && bytes[a + offset] & 0xC0 == 0x80
      || b + offset < Int(ends[b]) && bytes[b + offset] & 0xC0 == 0x80
    return isCut ? characters - 1 : characters
  }
}
