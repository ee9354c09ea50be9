import Files
import Tensors

/// What to look at and what to replace while a network runs.
///
/// Patterns are names such as `layers.3.attn_out`, `layers.*.resid_post`, `embed`; `*` stands for any text.
/// Nothing is computed for sites that no pattern meets; a hook that gives back what it got changes no
/// bit.
public struct Hooks {
  /// Gives the value to go on with.
  public typealias Body = (HookPoint, Variable) throws(ModelError) -> Variable

  private struct Entry {
    let pattern: String
    let body: Body
  }

  private var entries: [Entry] = []

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  /// Calls `body` at every point that a pattern meets, after the hooks added before.
  ///
  /// - Throws: ``ModelError/hook(pattern:reason:)`` for a pattern that meets no site of any network.
  public mutating func add(_ pattern: String, _ body: @escaping Body) throws(ModelError) {
    guard HookPattern.meetsSomeSite(pattern) else {
      if HookSite(rawValue: pattern)?.isInBlocks == true {
        throw .hook(pattern: pattern, reason: "every layer has it: write layers.*.\(pattern)")
      }
      throw .hook(
        pattern: pattern,
        reason: "no site has that name; sites are "
          + HookSite.allCases.map { $0.name(layer: $0.isInBlocks ? 0 : nil) }.joined(
            separator: ", "))
    }
    entries.append(Entry(pattern: pattern, body: body))
  }

  /// Keeps the values of every point that a pattern meets.
  public mutating func capture(_ pattern: String, into captures: HookCaptures)
    throws(ModelError)
  {
    try add(pattern) { (point, value) throws(ModelError) in
      captures.add(point, value)
      return value
    }
  }

  /// Whether a site is met.
  func meets(_ site: HookSite, layer: Int?) -> Bool {
    if entries.isEmpty { return false }
    let name = site.name(layer: layer)
    return entries.contains { HookPattern.meets($0.pattern, name) }
  }

  /// The value behind all hooks of a point.
  func applied(at point: HookPoint, to value: Variable) throws(ModelError) -> Variable {
    var value = value
    let name = point.name
    for entry in entries where HookPattern.meets(entry.pattern, name) {
      let shape = value.shape
      value = try entry.body(point, value)
      if value.shape != shape {
        throw .hook(
          pattern: entry.pattern,
          reason: "at \(name) it gave the shape \(value.shape) in place of \(shape)")
      }
    }
    return value
  }
}

/// Values that hooks kept, in the order of the pass.
public final class HookCaptures {
  public struct Capture {
    public let point: HookPoint
    public let variable: Variable
    public var value: Tensor { variable.value }
  }

  public private(set) var all: [Capture] = []

  public init() {}

  func add(_ point: HookPoint, _ variable: Variable) {
    all.append(Capture(point: point, variable: variable))
  }

  /// The first capture of a site.
  public func first(_ site: HookSite, layer: Int? = nil) -> Capture? {
    all.first { $0.point.site == site && $0.point.layer == layer }
  }
}

/// Names with `*` for any text.
enum HookPattern {
  static func meets(_ pattern: String, _ name: String) -> Bool {
    let parts = pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
    guard parts.count > 1 else { return pattern == name }
    var rest = name.utf8[...]
    guard let first = parts.first, let last = parts.last, rest.starts(with: first) else {
      return false
    }
    rest = rest.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      // The first place is as good as any: what is left over may be anything.
      var found: Substring.UTF8View?
      var tail = rest
      while tail.count >= part.count {
        if tail.starts(with: part) {
          found = tail.dropFirst(part.count)
          break
        }
        tail = tail.dropFirst()
      }
      guard let found else { return false }
      rest = found
    }
    return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
  }

  /// Whether a pattern meets a site of some layer; numbers of layers are tried up to 255, and the one that
  /// stands in the pattern.
  static func meetsSomeSite(_ pattern: String) -> Bool {
    let parts = pattern.split(separator: ".")
    let named = parts.count > 1 ? Int(parts[1]) : nil
    let layers = Array(0..<256) + (named.map { [$0] } ?? [])
    return HookSite.allCases.contains { site in
      site.isInBlocks
        ? layers.contains { meets(pattern, site.name(layer: $0)) } : meets(pattern, site.rawValue)
    }
  }
}
