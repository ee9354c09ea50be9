import Kernels

/// How far the borders of tokens stay where they are when a text has errors in it: what KL3M's
/// character-level vocabularies are for (arXiv 2503.17247, which argues for it but does not measure
/// it).
///
/// Texts are compared line by line. A line's characters are aligned with those of the other one:
/// place by place if no other way needs fewer edits, else by the cheapest way.
public struct BoundaryStability: Sendable, Equatable {
  /// Longer lines are refused.
  public static let longestLine = 1 << 13

  /// Borders inside the lines, those at both ends left out: of the clean text, of the noisy one, and
  /// of both at corresponding places.
  public private(set) var cleanBorders = 0
  public private(set) var noisyBorders = 0
  public private(set) var sharedBorders = 0
  public private(set) var cleanTokens = 0
  public private(set) var noisyTokens = 0
  /// Tokens that are changed, dropped or added, and the tokens of the longer line, summed.
  public private(set) var editedTokens = 0
  public private(set) var mostTokens = 0

  /// Shared borders over those of either text: 1 where nothing moves.
  public var jaccard: Double {
    let either = cleanBorders + noisyBorders - sharedBorders
    return either == 0 ? 1 : Double(sharedBorders) / Double(either)
  }

  /// The share of tokens that change: the edit distance of the ids over the tokens of the longer line.
  public var edit: Double {
    mostTokens == 0 ? 0 : Double(editedTokens) / Double(mostTokens)
  }

  /// The noisy text's tokens over the clean one's.
  public var inflation: Double {
    cleanTokens == 0 ? 1 : Double(noisyTokens) / Double(cleanTokens)
  }

  /// - Throws: ``TokenizerError/unequalLines(first:second:)``,
  ///   ``TokenizerError/lineTooLong(characters:limit:)``.
  /// - Complexity: O(line · its edits) for each line.
  public init(_ tokenizer: Tokenizer, clean: String, noisy: String) throws(TokenizerError) {
    let (clean, noisy) = (Self.lines(clean), Self.lines(noisy))
    guard clean.count == noisy.count else {
      throw .unequalLines(first: clean.count, second: noisy.count)
    }
    for (one, other) in zip(clean, noisy) {
      try add(Line(tokenizer, one), Line(tokenizer, other))
    }
  }

  private static func lines(_ text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0) }
  }

  /// A line as the tokenizer sees it, after normalisation.
  private struct Line {
    let ids: [Int32]
    var characters: [UInt32] = []
    /// The places between characters where tokens meet; one inside a character is none.
    var borders: Set<Int32> = []

    init(_ tokenizer: Tokenizer, _ text: String) throws(TokenizerError) {
      ids = try tokenizer.encode(text)
      let bytes = try tokenizer.bytes(of: ids)
      var places = [Int32](repeating: -1, count: bytes.count + 1)
      bytes.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        var index = 0
        while index < buffer.count {
          let (scalar, length) = UTF8Reader.scalar(base, index, buffer.count)
          places[index] = Int32(characters.count)
          characters.append(scalar)
          index += length
        }
      }
      var end = 0
      for id in ids {
        end += try tokenizer.tokenBytes(id).count
        if end < bytes.count, end > 0, places[end] >= 0 { borders.insert(places[end]) }
      }
    }
  }

  private mutating func add(_ clean: Line, _ noisy: Line) throws(TokenizerError) {
    let longest = max(clean.characters.count, noisy.characters.count)
    if longest > Self.longestLine {
      throw .lineTooLong(characters: longest, limit: Self.longestLine)
    }
    cleanTokens += clean.ids.count
    noisyTokens += noisy.ids.count
    let characters: EditAlignment
    do throws(Interruption) {
      editedTokens += try EditAlignment(clean.ids, noisy.ids).distance
      characters = try EditAlignment(clean.characters, noisy.characters)
    } catch { throw .interrupted(error) }
    mostTokens += max(clean.ids.count, noisy.ids.count)
    cleanBorders += clean.borders.count
    noisyBorders += noisy.borders.count
    var last = SIMD2<Int32>(-1, -1)
    for place in characters.path {
      // Each border has at most one partner.
      guard place.x > last.x, place.y > last.y, clean.borders.contains(place.x),
        noisy.borders.contains(place.y)
      else { continue }
      sharedBorders += 1
      last = place
    }
  }
}
