/// Where a text is shortened or filled up.
public enum TextSide: String, Sendable, CaseIterable {
  case left = "Left"
  case right = "Right"
}

/// How ids are shortened to a length, as a `tokenizer.json` can ask for.
public struct Truncation: Sendable, Equatable {
  public enum Strategy: String, Sendable, CaseIterable {
    /// Of two texts the longer one is shortened first.
    case longestFirst = "LongestFirst"
    case onlyFirst = "OnlyFirst"
    case onlySecond = "OnlySecond"
  }

  /// The most ids, with those that the template adds.
  public var maximumLength: Int
  public var strategy: Strategy
  /// By how many ids the parts that are cut off would overlap; kept for the file.
  public var stride: Int
  /// The end that is cut off.
  public var side: TextSide

  public init(
    maximumLength: Int, strategy: Strategy = .longestFirst, stride: Int = 0,
    side: TextSide = .right
  ) {
    self.maximumLength = maximumLength
    self.strategy = strategy
    self.stride = stride
    self.side = side
  }
}

/// How ids are filled up to a length, as a `tokenizer.json` can ask for.
public struct Padding: Sendable, Equatable {
  /// The length; nil is the length of the longest text of a batch, and of one text its own.
  public var length: Int?
  /// The length is rounded up to a multiple of this.
  public var multiple: Int?
  public var id: Int32
  public var typeID: Int32
  public var token: String
  public var side: TextSide

  public init(
    length: Int?, multiple: Int? = nil, id: Int32 = 0, typeID: Int32 = 0, token: String = "[PAD]",
    side: TextSide = .right
  ) {
    self.length = length
    self.multiple = multiple
    self.id = id
    self.typeID = typeID
    self.token = token
    self.side = side
  }
}

/// Ids as a model takes them: with the template's tokens, the part each belongs to, and which are
/// text rather than padding.
public struct ModelInput: Sendable, Equatable {
  public internal(set) var ids: [Int32] = []
  /// 0 for the first text and 1 for the second, or as the template says.
  public internal(set) var typeIDs: [Int32] = []
  /// False where there is padding.
  public internal(set) var attentionMask: [Bool] = []

  mutating func append(_ more: some Collection<Int32>, type: Int32) {
    ids += more
    typeIDs += [Int32](repeating: type, count: more.count)
    attentionMask += [Bool](repeating: true, count: more.count)
  }

  mutating func pad(to length: Int, as padding: Padding) {
    let missing = length - ids.count
    guard missing > 0 else { return }
    let (ids, types) = (
      [Int32](repeating: padding.id, count: missing),
      [Int32](repeating: padding.typeID, count: missing)
    )
    let mask = [Bool](repeating: false, count: missing)
    if padding.side == .left {
      self.ids = ids + self.ids
      typeIDs = types + typeIDs
      attentionMask = mask + attentionMask
    } else {
      self.ids += ids
      typeIDs += types
      attentionMask += mask
    }
  }
}
