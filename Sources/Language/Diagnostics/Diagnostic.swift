/// One error or note as it is shown: code, sentence, place, and the way out.
public struct Diagnostic: Sendable, Equatable, Error {
  public enum Severity: String, Sendable { case error, note }

  public var severity: Severity
  /// `E0104`; empty for notes.
  public var code: String
  /// One sentence without a full stop.
  public var message: String
  public var span: SourceSpan?
  /// What stands beside the marks under the span: `did you mean 'temperature'?`.
  public var label: String?
  /// Other places that belong to it, each with what it says there: where a bracket was opened.
  public var related: [DiagnosticMark] = []
  /// The last line: `help decode.sample`, or how to go on.
  public var hint: String?
  /// What holds on this machine only; shown on standard error, not saved.
  public var machineDetail: String?
  /// Functions and cells the error came through, innermost first.
  public var trace: [String] = []
  /// The source the span belongs to; nil means the source that is being run.
  public var source: SourceTextReference?

  public init(
    _ code: String, _ message: String, at span: SourceSpan? = nil, label: String? = nil,
    hint: String? = nil, severity: Severity = .error
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.span = span
    self.label = label
    self.hint = hint
  }
}

/// A place that a diagnostic points to besides its own.
public struct DiagnosticMark: Sendable, Equatable {
  public var span: SourceSpan
  public var label: String
  public init(_ span: SourceSpan, _ label: String) { (self.span, self.label) = (span, label) }
}

/// A source held by identity, so that diagnostics stay comparable.
public struct SourceTextReference: Sendable, Equatable {
  public let source: SourceText
  public init(_ source: SourceText) { self.source = source }
  public static func == (a: Self, b: Self) -> Bool { a.source === b.source }
}
