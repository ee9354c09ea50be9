import Kernels

/// What one thread of execution carries along: loop turns for random streams, the depth of calls,
/// where output goes, and a pending `break` or `return`.
public final class RunContext: @unchecked Sendable {
  enum Control { case none, breakLoop, continueLoop, returnValue }

  /// Call sites, loop turns and sweep coordinates that lead here, outermost first.
  enum PathItem {
    case site(Int)
    case turn(Int)
    case point(String)
  }

  var path: [PathItem]
  var control = Control.none
  var returned = Value.null
  var depth = 0
  /// Lists and records made by literals so far.
  var containersMade = 0
  /// The seed of the `sweep` around, where it states one.
  var seed: UInt64?
  /// Where `print` and shown values go.
  let output: any OutputSink

  /// Deep enough for any sensible recursion and shallow enough for the interpreter's stack.
  static let depthLimit = 5_000

  init(output: any OutputSink, path: [PathItem] = []) {
    self.output = output
    self.path = path
  }

  var streamPath: [String] {
    path.map { item in
      switch item {
      case .site(let ordinal): "call \(ordinal)"
      case .turn(let turn): "turn \(turn)"
      case .point(let coordinates): coordinates
      }
    }
  }
}

/// Where a cell's output goes.
public protocol OutputSink: AnyObject, Sendable {
  /// A finished piece of output: one or more whole lines, without the last line's end.
  func show(_ text: String)
  /// Text that appears as it is generated, for eyes only: what is shown in the end comes by
  /// ``show(_:)`` again. Ignored where nobody watches.
  func stream(_ text: String)
}

extension OutputSink {
  public func stream(_ text: String) {}
}

/// Collects output as text.
public final class OutputBuffer: OutputSink, @unchecked Sendable {
  public private(set) var lines: [String] = []
  public init() {}
  public func show(_ text: String) { lines.append(text) }
  public var text: String { lines.joined(separator: "\n") }
}
