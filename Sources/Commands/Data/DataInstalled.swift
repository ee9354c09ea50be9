import Files
import Language
import Tensors
import Training

/// `data.digits`: real handwriting.
struct DataDigits: Command {
  static let name = "data.digits"
  static let summary =
    "Read the installed pictures of handwritten digits, 8 by 8, with their classes."
  static let searchWords = ["mnist", "handwriting", "uci", "pictures", "images", "8x8"]
  static let source: Source? = .paper(
    "E. Alpaydin and C. Kaynak", "Optical Recognition of Handwritten Digits, UCI Repository",
    year: 1998)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"write ((1..64 | map (i -> "16") | join ",") + ",7\n") "d.txt"; d = data.digits(path="d.txt"); [d.images.shape, d.labels[0]]"#,
      shows: "[[1, 8, 8], 7]")
  ]

  let n = Option<Int?>("The first so many; all of them by default.", in: 1...1_000_000)
  let path = Option<FilePath?>(
    "A file of one's own: lines of 64 numbers from 0 to 16 and a class from 0 to 9, parted by commas."
  )

  func run(_ call: Call) throws -> Value {
    let digits = try DigitImages(path: try file(call))
    let count = min(try call[n] ?? digits.count, digits.count)
    return .record(
      Record([
        ("images", .tensor(try digits.images(first: count))),
        ("labels", .list(digits.labels.prefix(count).map { .int(Int($0)) })),
      ]))
  }

  private func file(_ call: Call) throws -> String {
    if let path = try call[path] { return try call.session.files.reading(path.text) }
    guard let file = try Self.installed(call.session) else {
      throw TrainingError.notInstalled(
        name: Self.data, reason: #"run data.install "digits", or give path= with a file of them"#)
    }
    return file
  }

  private static let data = "digits"

  /// The file of the installed digits; nil where they are not.
  static func installed(_ session: Session) throws -> String? {
    guard let known = KnownData.named(data), let entry = try NamedData.reading(data, session),
      let file = entry.files.first(where: { $0.name == known.file })
    else { return nil }
    return Paths.join(entry.path, file.name)
  }
}

/// `data.glyphs`: digits that are drawn.
struct DataGlyphs: Command {
  static let name = "data.glyphs"
  static let summary =
    "Draw pictures of digits, 8 by 8, moved, slanted and with noise, where no real ones are installed."
  static let searchWords = ["digits", "pictures", "images", "generated", "8x8", "synthetic"]
  static let isRandom = true
  static let result = ValueType.record
  static let examples = [
    Example("d = data.glyphs(5, seed=1); [d.images.shape, len(d.labels)]", shows: "[[5, 8, 8], 5]")
  ]

  let count = Argument("How many pictures.", default: 100)
  let noise = Option(
    "The deviation of the noise on each pixel; ink goes from 0 to 1.", default: 0.15, in: 0.0...10.0
  )
  let seed = Option<Int?>(
    "Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let glyphs = GlyphPictures(
      seed: call.worldSeed(try call[seed], Self.name), noise: try call[noise])
    let count = try call[count]
    guard (1...1_000_000).contains(count) else {
      throw LanguageError.outOfRange(
        command: Self.name, parameter: "count", given: "\(count)", range: "1...1000000"
      ).at(call.span(of: self.count))
    }
    let (images, labels) = try glyphs.pictures(count)
    return .record(
      Record([
        ("images", .tensor(images)), ("labels", .list(labels.map(Value.int))),
      ]))
  }
}

/// `data.corpus`: installed texts.
struct DataCorpus: Command {
  static let name = "data.corpus"
  static let summary = "List the data that are installed, or read the texts of one."
  static let searchWords = ["installed", "texts", "corpora", "package", "list"]
  static let isVolatile = true
  static let result = ValueType.any
  static let examples = [
    Example(
      #"try { data.corpus "no-such-corpus" } catch e { e.code }"#, shows: "E0728")
  ]

  let name = Argument<String?>("What to read: a list of its texts; a table of all without it.")
  let file = Option<String?>("One file of it: its text.")

  func run(_ call: Call) throws -> Value {
    let name = try call[name]
    let store = try DataStore.userStore(for: name ?? "data")
    guard let name else { return .table(try listing(store)) }
    guard let entry = try NamedData.reading(name, call.session) else {
      throw TrainingError.notInstalled(
        name: name,
        reason: KnownData.named(name) == nil
          ? "there is no data of this name" : #"run data.install "\#(name)""#)
    }
    if let file = try call[file] { return .string(try store.text(of: file, in: entry)) }
    return .list(try entry.files.map { .string(try store.text(of: $0.name, in: entry)) })
  }

  /// Installed data, then those that could be.
  private func listing(_ store: DataStore) throws -> Table {
    let entries = try store.entries()
    let rows = entries.map { entry in
      Record([
        ("name", .string(entry.name)), ("installed", .bool(true)),
        ("files", .int(entry.files.count)), ("bytes", .int(entry.bytes)),
        ("what", KnownData.named(entry.name).map { .string($0.summary) } ?? .null),
      ])
    }
    let known = KnownData.all.filter { known in !entries.contains { $0.name == known.name } }
    return Table(
      rows: rows
        + known.map { known in
          Record([
            ("name", .string(known.name)), ("installed", .bool(false)), ("files", .null),
            ("bytes", .null), ("what", .string(known.summary)),
          ])
        })
  }
}

/// `data.install`: data under a name.
struct DataInstall: Command {
  static let name = "data.install"
  static let summary =
    "Install data for data.corpus: a file, folder or archive of one's own, or a public package, once."
  static let searchWords = ["download", "corpus", "import", "unpack", "zip", "tar", "digits"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"try { data.install "no-such-data" } catch e { e.message }"#,
      shows: "there is no data 'no-such-data' to install"),
    Example(
      #"try { data.install("../up", from="x") } catch e { e.code }"#, shows: "E0728"),
  ]

  let name = Argument<String>("The name it shall have, or that of public data: digits.")
  let from = Option<FilePath?>(
    "A file, a folder, or an archive (zip, tar, tar.gz, gz), which is copied.")
  let replace = Option("Whether what has this name already may go.", default: false)

  func run(_ call: Call) throws -> Value {
    let name = try call[name]
    let store = try DataStore.userStore(for: name)
    let entry: DataStore.Entry
    if let from = try call[from] {
      // A name that cannot be is refused before anything is asked for.
      _ = try store.entry(name)
      let source = try call.session.files.reading(from.text)
      _ = try call.session.files.writing(Paths.join(store.folder, name))
      entry = try store.install(name, from: source, replaces: try call[replace])
    } else {
      guard let known = KnownData.named(name) else {
        throw LanguageError.invalid(
          "there is no data '\(name)' to install",
          hint: "there are " + KnownData.all.map(\.name).joined(separator: ", ")
            + "; from= takes a file or folder of one's own")
      }
      let path = Paths.join(Paths.join(store.folder, known.name), known.file)
      if !Paths.exists(path) {
        // Notebooks of strangers must not fetch or write anything unasked.
        _ = try call.session.files.writing(path)
        call.session.note("installing \(known.source.requirement) (\(known.licence))")
      }
      entry = try store.installKnown(known)
    }
    return .record(
      Record([
        ("name", .string(entry.name)), ("files", .int(entry.files.count)),
        ("bytes", .int(entry.bytes)),
      ]))
  }
}
