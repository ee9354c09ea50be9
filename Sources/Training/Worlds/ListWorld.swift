import Tensors

/// What is to be done to a list. Places are counted from 0.
public enum ListTask: String, Sendable, CaseIterable {
  case copy, reverse, sort, shuffle
  case insertIndex = "insert_index"
  case removeIndex = "remove_index"
  case replaceIndex = "replace_index"
  case insertRandom = "insert_random"
  case removeRandom = "remove_random"
  case replaceRandom = "replace_random"

  var takesItem: Bool {
    switch self {
    case .insertIndex, .replaceIndex, .insertRandom, .replaceRandom: true
    default: false
    }
  }

  var takesIndex: Bool {
    self == .insertIndex || self == .removeIndex || self == .replaceIndex
  }
}

/// The waiting-line tasks of ParallelBench (arXiv 2510.04767): copy, reverse, sort or shuffle a list, and
/// insert, remove or replace an item, at a given place or at any.
///
/// Given places have one right answer, whose items follow from the list one by one; shuffles and random
/// places have many, whose items depend on each other, which parallel decoders cannot see.
public struct ListWorld: World {
  public enum Items: String, Sendable, CaseIterable { case names, letters }

  public let seed: UInt64
  public let tasks: [ListTask]
  public let lengths: [Int]
  public let items: Items

  /// - Parameters:
  ///   - tasks: problems take these in turn.
  ///   - lengths: how many items a list has, `2...40`; problems take these in turn, each for
  ///     all tasks before the next.
  ///   - items: full names, or the 52 letters.
  /// - Throws: ``TrainingError/setting(name:value:reason:)``.
  public init(
    seed: UInt64, tasks: [ListTask] = ListTask.allCases, lengths: [Int] = [3, 4, 5, 6],
    items: Items = .names
  ) throws(TrainingError) {
    try TrainingError.check("lengths", each: lengths, in: 2...40)
    if tasks.isEmpty {
      throw .setting(name: "the number of tasks", value: 0, reason: "one at least is needed")
    }
    self.seed = seed
    self.tasks = tasks
    self.lengths = lengths
    self.items = items
  }

  public func problem(_ index: Int) -> ListProblem {
    var stream = stream(index)
    let task = tasks[index % tasks.count]
    let length = lengths[index / tasks.count % lengths.count]
    var drawn = draw(length + 1, &stream)
    let extra = drawn.removeLast()
    // An item can be inserted after the last one too.
    let places = task == .insertIndex || task == .insertRandom ? length + 1 : length
    let place = stream.int(below: places)
    var output = drawn
    switch task {
    case .copy: break
    case .reverse: output.reverse()
    case .sort: output = ListProblem.sorted(drawn)
    case .shuffle:
      // Any order but the list's own; of two items there is one other, found in two draws on average.
      repeat { output = stream.permutation(length).map { drawn[$0] } } while output == drawn
    case .insertIndex, .insertRandom: output.insert(extra, at: place)
    case .removeIndex, .removeRandom: output.remove(at: place)
    case .replaceIndex, .replaceRandom: output[place] = extra
    }
    return ListProblem(
      task: task, items: drawn, index: task.takesIndex ? place : nil,
      item: task.takesItem ? extra : nil, output: output)
  }

  /// Different items.
  private func draw(_ count: Int, _ stream: inout RandomStream) -> [String] {
    switch items {
    case .letters:
      let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
      return stream.permutation(letters.count).prefix(count).map { String(letters[$0]) }
    case .names:
      var names: [String] = []
      while names.count < count {
        let name =
          Self.firstNames[stream.int(below: Self.firstNames.count)] + " "
          + Self.lastNames[stream.int(below: Self.lastNames.count)]
        if !names.contains(name) { names.append(name) }
      }
      return names
    }
  }

  private static let firstNames = [
    "Ada", "Alan", "Amina", "Anna", "Ben", "Carla", "Chen", "Clara", "David", "Elena", "Emil",
    "Fatima", "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "James", "Julia", "Karim", "Lars",
    "Laura", "Leo", "Lina", "Marco", "Maria", "Mei", "Nadia", "Noah", "Olga", "Omar", "Paul",
    "Priya", "Rosa", "Sam", "Sara", "Tom", "Vera", "Yuki",
  ]
  private static let lastNames = [
    "Adams", "Alvarez", "Baker", "Berg", "Blum", "Brown", "Carter", "Costa", "Diaz", "Evans",
    "Fischer", "Garcia", "Gupta", "Haas", "Hill", "Ito", "Jensen", "Jones", "Keller", "Khan",
    "Kim", "Kowalski", "Lee", "Lopez", "Martin", "Meyer", "Moore", "Nowak", "Okafor", "Park",
    "Patel", "Quinn", "Rossi", "Sato", "Silva", "Smith", "Tanaka", "Turner", "Weber", "Young",
  ]
}

/// A list, and what is to be done to it.
public struct ListProblem: WorldProblem {
  public static let world = WorldKind.lists
  public static let needed = ["task", "items", "index", "item"]
  public static let solutionColumn = "output"
  static let separator = ", "

  public let task: ListTask
  public let items: [String]
  /// The place to change, in the tasks that name one.
  public let index: Int?
  /// The new item, in the tasks that have one.
  public let item: String?
  /// A right answer.
  public let output: [String]

  init(task: ListTask, items: [String], index: Int?, item: String?, output: [String]) {
    self.task = task
    self.items = items
    self.index = index
    self.item = item
    self.output = output
  }

  public init?(fields: [String: WorldField]) {
    guard let task = fields["task"]?.text.flatMap(ListTask.init), let items = fields["items"]?.texts
    else { return nil }
    let (index, item) = (fields["index"]?.integer, fields["item"]?.text)
    guard !task.takesItem || item != nil else { return nil }
    if task.takesIndex {
      guard let index, index >= 0, index < items.count + (task == .insertIndex ? 1 : 0) else {
        return nil
      }
    }
    let output = fields["output"]?.text.map { Self.items(of: $0) } ?? []
    self.init(task: task, items: items, index: index, item: item, output: output)
  }

  /// `insert_index 2 Ada Berg: Hugo Ito, Mei Park`
  public var input: String {
    task.rawValue + (index.map { " \($0)" } ?? "") + (item.map { " \($0)" } ?? "") + ": "
      + items.joined(separator: Self.separator)
  }

  public var fields: [(name: String, value: WorldField)] {
    [
      ("task", .text(task.rawValue)), ("items", .list(items.map { .text($0) })),
      ("index", index.map { .integer($0) } ?? .none), ("item", item.map { .text($0) } ?? .none),
      ("input", .text(input)), ("output", .text(output.joined(separator: Self.separator))),
    ]
  }

  /// By Unicode scalars: capitals before small letters.
  static func sorted(_ items: [String]) -> [String] {
    items.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
  }

  static func items(of text: String) -> [String] {
    let text = WorldVerdict.trimmed(text)
    return text.isEmpty
      ? []
      : text.split(separator: ",", omittingEmptySubsequences: false).map {
        WorldVerdict.trimmed(String($0))
      }
  }

  /// The items of the answer are parted by commas.
  public func verdict(on answer: String) -> WorldVerdict { verdict(on: Self.items(of: answer)) }

  /// Whether a list is what the task may give.
  public func verdict(on answer: [String]) -> WorldVerdict {
    switch task {
    case .copy: return exact(answer, items)
    case .reverse: return exact(answer, items.reversed())
    case .sort: return exact(answer, Self.sorted(items))
    case .insertIndex, .removeIndex, .replaceIndex:
      return exact(answer, changed(at: index ?? 0))
    case .shuffle:
      guard answer.sorted() == items.sorted() else {
        return .wrong("it does not have the same items")
      }
      return answer == items ? .wrong("the order has not changed") : .right
    case .insertRandom, .removeRandom, .replaceRandom:
      let places = items.count + (task == .insertRandom ? 1 : 0)
      let isRight = (0..<places).contains { changed(at: $0) == answer }
      return isRight ? .right : .wrong("no place makes this of the list")
    }
  }

  private func exact(_ answer: [String], _ truth: [String]) -> WorldVerdict {
    answer == truth
      ? .right : .wrong("the answer is \(truth.joined(separator: Self.separator))")
  }

  /// The list with the task done at a place, which must be one of it.
  private func changed(at place: Int) -> [String] {
    var result = items
    switch task {
    case .insertIndex, .insertRandom: result.insert(item ?? "", at: place)
    case .removeIndex, .removeRandom: result.remove(at: place)
    case .replaceIndex, .replaceRandom: result[place] = item ?? ""
    default: break
    }
    return result
  }
}
