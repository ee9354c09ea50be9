import Files
import Language
import Tensors

/// How a file's bytes are understood.
enum FileKind: String, WordParameter {
  case text, lines, json, jsonl, csv, tsv, npy, bytes

  /// By a path's ending; what is not known is text.
  init(of path: String) {
    switch Paths.fileExtension(of: path) {
    case "json", "ipynb": self = .json
    case "jsonl", "ndjson": self = .jsonl
    case "csv": self = .csv
    case "tsv": self = .tsv
    case "npy": self = .npy
    default: self = .text
    }
  }
}

/// `read`: a file as a value.
struct Read: Command {
  static let name = "read"
  static let summary = "Read a file: text, or a value by its ending .json .jsonl .csv .tsv .npy."
  static let searchWords = ["open", "load", "file", "import", "csv", "json", "numpy"]
  static let result = ValueType.any
  static let examples = [
    Example(#"read "notes.txt" | lines | len"#, shows: "2"),
    Example(
      #"read "runs.csv""#, shows: "method  keep  loss\ntodre    0.5  1.25\nrandom   0.5  1.75"),
    Example(#"read("config.json").layers"#, shows: "2"),
  ]

  let path = Argument<FilePath>("The file.")
  let kind = Option<FileKind?>("How to read it, where the ending does not say.")

  func run(_ call: Call) throws -> Value {
    let path = try call[path]
    let kind = try call[kind] ?? FileKind(of: path.text)
    do throws(FileError) {
      let found = try call.session.files.reading(path.text)
      let bytes = try FileContents.bytes(at: found)
      switch kind {
      case .text: return .string(try FileContents.text(of: bytes, path: path.text))
      case .lines:
        let text = try FileContents.text(of: bytes, path: path.text)
        return .list(Lines.of(text))
      case .json:
        return JSONValues.document(from: try JSONParser.parse(bytes, path: path.text))
      case .jsonl: return try JSONLines.value(from: bytes, path: path.text)
      case .csv: return .table(try CSV().table(from: bytes, path: path.text))
      case .tsv: return .table(try CSV.tabs.table(from: bytes, path: path.text))
      case .bytes: return .tensor(Tensor(bytes))
      case .npy: return try tensor(bytes, path, call)
      }
    } catch {
      // The path as it was written, not where it was found.
      throw Diagnostic(error.naming(path.text), at: call.span(of: self.path), in: nil)
    }
  }

  private func tensor(_ bytes: [UInt8], _ path: FilePath, _ call: Call) throws(FileError) -> Value {
    do throws(TensorError) {
      return .tensor(try NPY.decode(bytes, path: path.text))
    } catch {
      guard case .malformed(let path, let byte, let reason) = error else {
        throw .malformed(path: path.text, byte: nil, reason: error.message)
      }
      throw .malformed(path: path, byte: byte, reason: reason)
    }
  }
}

/// `write`: a value as a file.
struct Write: Command {
  static let name = "write"
  static let summary =
    "Write a value to a file by its ending: .txt .md .json .jsonl .csv .tsv .npy."
  static let searchWords = ["save", "export", "file", "store", "csv", "json", "numpy"]
  static let isSilent = true
  static let result = ValueType.null
  static let examples = [
    Example(#"[{n: 1}] | table | write "out.csv"; read "out.csv""#, shows: "n\n1"),
    Example(#"write {a: 1} "out.json"; read "out.json""#, shows: "{a: 1}"),
    Example(#"tensor.ones([2]) | write "out.npy"; read "out.npy""#, shows: "tensor f32 [2]\n1  1"),
  ]

  let value = Argument<Value>("What to write.", piped: true)
  let path = Argument<FilePath>("The file; it is replaced whole.")
  let kind = Option<FileKind?>("How to write it, where the ending does not say.")

  func run(_ call: Call) throws -> Value {
    let path = try call[path]
    let kind = try call[kind] ?? FileKind(of: path.text)
    let bytes = try content(try call[value], kind, call)
    do throws(FileError) {
      try DurableFile.replace(try call.session.files.writing(path.text), with: bytes)
    } catch {
      throw Diagnostic(error.naming(path.text), at: call.span(of: self.path), in: nil)
    }
    return .null
  }

  private func content(_ value: Value, _ kind: FileKind, _ call: Call) throws -> [UInt8] {
    func wrong(_ wanted: String) -> Diagnostic {
      call.wrongType(self.value, wanted: wanted, given: value)
    }
    do {
      switch kind {
      case .text, .lines:
        if let text = value.stringValue { return Array(text.utf8) }
        if case .object(let object) = value, let text = object.field("text")?.stringValue {
          return Array((text + "\n").utf8)
        }
        let texts = value.items?.compactMap(\.stringValue)
        guard let texts, texts.count == value.length else {
          throw wrong("a string or a list of strings for a text file")
        }
        return Array(texts.map { $0 + "\n" }.joined().utf8)
      case .json: return Array((try JSONValues.json(from: value).text(pretty: true) + "\n").utf8)
      case .jsonl: return Array(try JSONLines.text(of: value).utf8)
      case .csv, .tsv:
        guard let table = value.asTable else { throw wrong("a table for this kind of file") }
        return Array(try (kind == .csv ? CSV() : .tabs).text(of: table).utf8)
      case .npy:
        guard let tensor = try value.exactTensor else { throw wrong("a tensor or nested numbers") }
        return try NPY.encode(tensor)
      case .bytes:
        let bytes = value.items?.compactMap { $0.intValue.flatMap(UInt8.init(exactly:)) }
        guard let bytes, bytes.count == value.length else { throw wrong("bytes") }
        return bytes
      }
    } catch let error as LanguageError {
      throw error.at(call.span(of: self.value))
    }
  }
}

extension Value {
  /// As a tensor that holds the numbers exactly: floats of lists as f64.
  fileprivate var exactTensor: Tensor? {
    get throws {
      if case .tensor(let tensor) = self { return tensor }
      guard let tensor = try asTensor() else { return nil }
      guard tensor.elementType == .f32 else { return tensor }
      var numbers: [Double] = []
      func collect(_ value: Value) {
        if let number = value.doubleValue {
          numbers.append(number)
        } else {
          value.items?.forEach(collect)
        }
      }
      collect(self)
      return try Tensor(numbers, shape: tensor.shape)
    }
  }
}

extension FileError {
  /// The same error with another path in it.
  fileprivate func naming(_ name: String) -> FileError {
    switch self {
    case .notFound: .notFound(path: name)
    case .isFolder: .isFolder(path: name)
    case .noPermission: .noPermission(path: name)
    case .notUTF8(_, let byte): .notUTF8(path: name, byte: byte)
    case .tooLarge(_, let bytes, let limit): .tooLarge(path: name, bytes: bytes, limit: limit)
    case .truncated(_, let needed, let found):
      .truncated(path: name, needed: needed, found: found)
    case .noSpace: .noSpace(path: name)
    case .system(_, let operation, let errno):
      .system(path: name, operation: operation, errno: errno)
    default: self
    }
  }
}

/// `files`: what a folder holds.
struct FilesOf: Command {
  static let name = "files"
  static let summary = "List the files and folders in a folder."
  static let searchWords = ["ls", "dir", "folder", "list", "glob"]
  static let result = ValueType.list(of: .string)
  static let examples = [
    Example(#"files ".""#, shows: #"["config.json", "notes.txt", "runs.csv", "runs.jsonl"]"#),
    Example(#"files "." ending=".csv""#, shows: #"["runs.csv"]"#),
  ]

  let folder = Argument<FilePath>("The folder.", default: FilePath("."))
  let ending = Option("Those only whose names end so.", default: "")

  func run(_ call: Call) throws -> Value {
    let folder = try call[folder].text
    let ending = try call[ending]
    do throws(FileError) {
      let names = try Paths.names(in: try call.session.files.reading(folder))
      let prefix = folder == "." ? "" : folder.hasSuffix("/") ? folder : folder + "/"
      // Hidden files are nobody's data.
      return .list(
        names.filter { !$0.hasPrefix(".") && $0.hasSuffix(ending) }.map { .string(prefix + $0) })
    } catch {
      throw Diagnostic(error.naming(folder), at: call.span(of: self.folder), in: nil)
    }
  }
}
