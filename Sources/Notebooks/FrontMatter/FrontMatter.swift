import Language
import Yams

/// What a notebook says about itself before its text: YAML between two lines of dashes.
///
/// Keys that mean nothing to a run are kept as ``notes``.
public struct FrontMatter: Sendable {
  public internal(set) var title: String?
  /// The seed of random commands that are given none.
  public internal(set) var seed: UInt64 = 0
  /// Variables with their defaults, in the order of the text.
  public internal(set) var parameters: [NotebookParameter] = []
  public internal(set) var tolerance = Tolerance()
  /// The texts under other keys, such as `paper` and `claim` (``SystemNotebook``).
  public internal(set) var notes: [String: String] = [:]

  public init() {}

  /// Larger front matter is refused: nobody writes it, and YAML is costly to read.
  static let sizeLimit = 1 << 16

  /// - Parameter firstLine: the line of the notebook in which the text starts.
  init(reading text: String, firstLine: Int) throws(NotebookError) {
    guard let root = try YAMLText.compose(text, firstLine: firstLine) else { return }
    func fail(_ node: Node, _ reason: String) -> NotebookError {
      .frontMatter(line: (node.mark?.line ?? 1) + firstLine - 1, reason: reason)
    }
    guard let mapping = root.mapping else {
      throw fail(root, "it must be a mapping of names to values")
    }
    for (key, node) in mapping {
      switch key.scalar?.string {
      case "title":
        guard let title = node.scalar else { throw fail(node, "'title' must be a text") }
        self.title = title.string
      case "seed":
        guard case .int(let number)? = YAMLText.value(of: node) else {
          throw fail(node, "'seed' must be an integer")
        }
        seed = UInt64(bitPattern: Int64(number))
      case "params":
        if let value = node.scalar, YAMLText.value(of: value).isNull { continue }
        guard let parameters = node.mapping else {
          throw fail(node, "'params' must be a mapping of names to defaults")
        }
        for (name, node) in parameters {
          self.parameters.append(try parameter(name, node, fail))
        }
      case "tolerance": tolerance = try Tolerance(node, fail)
      case let name?: notes[name] = node.scalar?.string
      case nil: break
      }
    }
  }

  private func parameter(_ key: Node, _ node: Node, _ fail: (Node, String) -> NotebookError)
    throws(NotebookError) -> NotebookParameter
  {
    guard let name = key.scalar?.string, NotebookParameter.isName(name) else {
      throw fail(key, "'\(key.scalar?.string ?? "?")' is no name for a parameter")
    }
    if node.mapping != nil { throw fail(node, "the parameter '\(name)' cannot be a mapping") }
    guard let value = YAMLText.value(of: node) else {
      throw fail(node, "the parameter '\(name)' must be a number, a text, true, false, or a list")
    }
    if value.isNull { throw fail(node, "the parameter '\(name)' needs a default") }
    return NotebookParameter(name: name, value: value)
  }
}

/// How far floats of a saved output may be from those of a check: within
/// `relative · max(|a|, |b|) + absolute`.
public struct Tolerance: Sendable, Equatable {
  /// One unit of the sixth digit, the last that tables show, is within it.
  public var relative = 1e-5
  public var absolute = 1e-8

  public init() {}
  public init(relative: Double, absolute: Double) {
    (self.relative, self.absolute) = (relative, absolute)
  }

  init(_ node: Node, _ fail: (Node, String) -> NotebookError) throws(NotebookError) {
    func number(_ node: Node) throws(NotebookError) -> Double {
      guard let value = YAMLText.value(of: node)?.doubleValue, value.isFinite, value >= 0 else {
        throw fail(node, "'tolerance' must be a number of 0 or more, or {rel: …, abs: …}")
      }
      return value
    }
    guard let mapping = node.mapping else {
      relative = try number(node)
      // Nothing at all may differ.
      if relative == 0 { absolute = 0 }
      return
    }
    for (key, node) in mapping {
      switch key.scalar?.string {
      case "rel": relative = try number(node)
      case "abs": absolute = try number(node)
      default: throw fail(key, "'tolerance' holds 'rel' and 'abs' only")
      }
    }
  }

  public func accepts(_ a: Double, _ b: Double) -> Bool {
    if a == b || (a.isNaN && b.isNaN) { return true }
    guard a.isFinite, b.isFinite else { return false }
    return (a - b).magnitude <= relative * max(a.magnitude, b.magnitude) + absolute
  }
}
