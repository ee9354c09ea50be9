/// A `tokenizer.json`'s chain of decoders, run token by token.
///
/// For chains that no table can express because a step looks at a token's place, at its
/// neighbours or at the whole text.
struct DecoderChain: Sendable {
  enum Step: Sendable, Equatable {
    case byteLevel
    case replace([UInt8], [UInt8])
    case replaceMatches(RegexPattern, [UInt8])
    case byteFallback
    case fuse
    /// At most so many of one character at both ends.
    case strip([UInt8], start: Int, stop: Int)
    /// The mark becomes a space, or nothing in the first token.
    case metaspace([UInt8], dropsFirst: Bool)
    case wordPiece(prefix: [UInt8], cleansUp: Bool)
    /// The suffix becomes a space, or nothing in the last token.
    case wordSuffix([UInt8])
    case ctc(pad: [UInt8], delimiter: [UInt8], cleansUp: Bool)
  }

  let steps: [Step]

  func makeRun() -> Run { Run(steps: steps) }

  /// What a token gives that is not the first one.
  func text(ofToken token: [UInt8]) -> [UInt8] {
    var run = makeRun()
    run.skipFirst()
    var text: [UInt8] = []
    run.append(token, to: &text)
    run.finish(to: &text)
    return text
  }

  /// One decoding: what each step remembers between tokens.
  struct Run: Sendable {
    private struct Memory {
      var tokens = 0
      var held: [UInt8]?
    }

    private let steps: [Step]
    private var memory: [Memory]

    fileprivate init(steps: [Step]) {
      self.steps = steps
      memory = steps.map { _ in Memory() }
    }

    fileprivate mutating func skipFirst() {
      for index in memory.indices { memory[index].tokens = 1 }
    }

    /// Takes the next token and appends the text that is certain by now.
    mutating func append(_ token: [UInt8], to text: inout [UInt8]) { pass(token, 0, &text) }

    /// Appends what is left.
    mutating func finish(to text: inout [UInt8]) {
      for level in steps.indices {
        guard let held = memory[level].held else { continue }
        memory[level].held = nil
        switch steps[level] {
        case .wordSuffix(let suffix): pass(Self.replaced(suffix, [], held), level + 1, &text)
        case .byteLevel:
          let repaired = String(decoding: held, as: UTF8.self)
          pass(Array(repaired.utf8), level + 1, &text)
        case .fuse, .byteFallback: pass(held, level + 1, &text)
        default: break
        }
      }
    }

    private mutating func pass(_ token: [UInt8], _ level: Int, _ text: inout [UInt8]) {
      guard level < steps.count else { return text.append(contentsOf: token) }
      let isFirst = memory[level].tokens == 0
      memory[level].tokens += 1
      let isLastStep = level + 1 == steps.count
      switch steps[level] {
      case .byteLevel:
        let spelled = String(decoding: token, as: UTF8.self)
        let bytes = ByteAlphabet.bytes(of: spelled) ?? token
        if isLastStep { text += bytes } else { memory[level].held = (memory[level].held ?? []) + bytes }
      case .fuse:
        if isLastStep { text += token } else { memory[level].held = (memory[level].held ?? []) + token }
      case .byteFallback:
        if let byte = ByteToken.byte(of: token) {
          if isLastStep { text.append(byte) } else { memory[level].held = (memory[level].held ?? []) + [byte] }
          return
        }
        if let held = memory[level].held {
          memory[level].held = nil
          pass(held, level + 1, &text)
        }
        pass(token, level + 1, &text)
      case .replace(let pattern, let content):
        pass(Self.replaced(pattern, content, token), level + 1, &text)
      case .replaceMatches(let pattern, let content):
        pass(Self.replaced(pattern, content, token), level + 1, &text)
      case .strip(let character, let start, let stop):
        pass(Self.stripped(token, character, start, stop), level + 1, &text)
      case .metaspace(let mark, let dropsFirst):
        let space = isFirst && dropsFirst ? [] : [UInt8(ascii: " ")]
        pass(Self.replaced(mark, space, token), level + 1, &text)
      case .wordPiece(let prefix, let cleansUp):
        var token = token
        if !isFirst {
          if token.starts(with: prefix) {
            token.removeFirst(prefix.count)
          } else {
            token.insert(UInt8(ascii: " "), at: 0)
          }
        }
        pass(cleansUp ? Self.cleanedUp(token) : token, level + 1, &text)
      case .wordSuffix(let suffix):
        let previous = memory[level].held
        memory[level].held = token
        if let previous {
          pass(Self.replaced(suffix, [UInt8(ascii: " ")], previous), level + 1, &text)
        }
      case .ctc(let pad, let delimiter, let cleansUp):
        if memory[level].held == token { return }
        memory[level].held = token
        var kept = Self.replaced(pad, [], token)
        if cleansUp { kept = Self.replaced(delimiter, [UInt8(ascii: " ")], Self.cleanedUp(kept)) }
        if !kept.isEmpty { pass(kept, level + 1, &text) }
      }
    }

    // MARK: One token

    private static func replaced(_ pattern: [UInt8], _ content: [UInt8], _ token: [UInt8])
      -> [UInt8]
    {
      Normalizer.replaced(pattern, content, in: token)
    }

    /// A pattern whose limits do not suffice leaves the token as it is.
    static func replaced(_ pattern: RegexPattern, _ content: [UInt8], _ token: [UInt8]) -> [UInt8] {
      let step = Normalizer.replaceMatches(pattern, with: String(decoding: content, as: UTF8.self))
      return (try? Normalizer.apply([step], to: token)) ?? token
    }

    static func stripped(_ token: [UInt8], _ character: [UInt8], _ start: Int, _ stop: Int)
      -> [UInt8]
    {
      var rest = token[...]
      for _ in 0..<start {
        guard !rest.isEmpty, rest.starts(with: character) else { break }
        rest = rest.dropFirst(character.count)
      }
      for _ in 0..<stop {
        guard !rest.isEmpty, rest.suffix(character.count).elementsEqual(character) else { break }
        rest = rest.dropLast(character.count)
      }
      return Array(rest)
    }

    private static let cleanups: [(dirty: [UInt8], clean: [UInt8])] = [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
      (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    /// Takes out the spaces that English does not have, as BERT's own decoding does.
    private static func cleanedUp(_ token: [UInt8]) -> [UInt8] {
      cleanups.reduce(token) { replaced($1.dirty, $1.clean, $0) }
    }
  }
}

extension DecoderChain.Step: CustomStringConvertible {
  var description: String {
    func shown(_ bytes: [UInt8]) -> String { quoted(String(decoding: bytes, as: UTF8.self)) }
    return switch self {
    case .byteLevel: "ByteLevel"
    case .replace(let pattern, let content): "Replace \(shown(pattern)) by \(shown(content))"
    case .replaceMatches(let pattern, let content):
      "Replace matches of \(quoted(pattern.source)) by \(shown(content))"
    case .byteFallback: "ByteFallback"
    case .fuse: "Fuse"
    case .strip(let character, let start, let stop):
      "Strip \(start) \(shown(character)) at the start, \(stop) at the end"
    case .metaspace(let mark, let dropsFirst):
      "Metaspace \(shown(mark))" + (dropsFirst ? ", none at the start" : "")
    case .wordPiece(let prefix, let cleansUp):
      "WordPiece \(shown(prefix))" + (cleansUp ? ", cleaned up" : "")
    case .wordSuffix(let suffix): "BPEDecoder \(shown(suffix))"
    case .ctc(let pad, let delimiter, let cleansUp):
      "CTC \(shown(pad)) \(shown(delimiter))" + (cleansUp ? ", cleaned up" : "")
    }
  }
}
