import Files
import Glibc
import Language
import Synchronization
import Testing

@testable import Notebooks

@Suite("The journal") struct JournalTests {
  let notebook: TestNotebook

  init() throws { notebook = try TestNotebook() }

  private func record(_ cell: String, _ source: String, _ outcome: JournalRecord.Outcome = .done)
    -> JournalRecord
  {
    var key = CellKey()
    key.source = source
    return JournalRecord(
      cell: cell, key: key, outcome: outcome, errorCode: outcome == .failed ? "E0307" : nil,
      seconds: 0.123456789, peakMemory: 1024, threads: 2, host: "h", version: "v", time: 7,
      files: [.init(path: "a", resolved: "/x/a", digest: nil)],
      written: [.init(path: "b", resolved: "/x/b", digest: "d")], notes: ["n"])
  }

  @Test("stands beside the notebook")
  func path() {
    #expect(Journal.path(for: "a/nb.md") == "a/nb.runs.jsonl")
    #expect(Journal.path(for: "a.b/nb") == "a.b/nb.runs.jsonl")
    #expect(Journal.path(for: "nb.x.markdown") == "nb.x.runs.jsonl")
  }

  @Test("what is added is read back")
  func roundTrip() throws {
    var journal = Journal(for: notebook.path())
    try journal.start()
    try journal.add(record("a", "1"))
    try journal.add(record("a", "2", .failed))
    try journal.add(writes: "/x/c")
    try journal.add(writes: "/x/c")
    let stamp = FileStamp(size: 1, modified: 2, changed: 3, inode: 4)
    try journal.add(digest: .init(stamp: stamp, digest: "d", time: 5), of: "/x/a")
    let read = Journal(for: notebook.path())
    #expect(read.records.map(\.cell) == ["a", "a"])
    #expect(read.last("a")?.errorCode == "E0307")
    #expect(read.last("a")?.outcome == .failed)
    #expect(read.last("b") == nil)
    let first = try #require(read.records.first)
    #expect(first.seconds == 0.123457)
    #expect(first.peakMemory == 1024)
    #expect(first.files == [.init(path: "a", resolved: "/x/a", digest: nil)])
    #expect(first.written == [.init(path: "b", resolved: "/x/b", digest: "d")])
    #expect(first.notes == ["n"])
    #expect(first.key == record("a", "1").key)
    #expect(read.ownFiles == ["/x/b", "/x/c"])
    #expect(read.process == Int(getpid()))
    #expect(read.digests["/x/a"]?.digest == "d")
    #expect(read.record(base: record("a", "1").base)?.cell == "a")
    #expect(read.record(base: record("a", "2").base) == nil)
    #expect(try notebook.read("nb.runs.jsonl").split(separator: "\n").count == 5)
  }

  @Test("a torn line is passed over, and the next record stands on a line of its own")
  func torn() throws {
    var journal = Journal(for: notebook.path())
    try journal.add(record("a", "1"))
    let whole = try FileContents.bytes(at: journal.path)
    for cut in stride(from: 0, to: whole.count, by: 37) {
      try DurableFile.replace(journal.path, with: Array(whole[..<cut]))
      var torn = Journal(for: notebook.path())
      #expect(torn.records.isEmpty)
      try torn.add(record("b", "2"))
      #expect(Journal(for: notebook.path()).records.map(\.cell) == ["b"])
    }
  }

  @Test("lines that are no records are passed over")
  func foreign() throws {
    var bytes = Array("{}\n[]\nnull\n{\"record\": \"run\"}\n{\"record\": 3}\nnonsense\n\n".utf8)
    bytes += [0xFF, 0x0A]
    try DurableFile.replace(notebook.path("nb.runs.jsonl"), with: bytes)
    #expect(Journal(for: notebook.path()).records.isEmpty)
  }

  @Test("it stays small: of each cell the newest of two keys are kept")
  func compaction() throws {
    try notebook.write("```tessera a\ncount \"compact\" 1\n```\n")
    notebook.run()
    var journal = Journal(for: notebook.path())
    try journal.add(writes: notebook.path())
    let filler = String(repeating: "x", count: 10_000)
    for index in 0..<120 { try journal.add(record("a", "\(index % 5)\(filler)")) }
    try journal.add(record("gone", "1"))
    #expect(journal.size > Journal.sizeLimit)
    notebook.run()
    let after = Journal(for: notebook.path())
    #expect(after.size < 60_000)
    #expect(after.records.map(\.cell) == ["a", "a", "a"])
    #expect(after.ownFiles == [notebook.path(), "/x/b"])
    #expect(notebook.status().isFresh)
  }

  @Test("a journal that cannot be written is said once and ends nothing")
  func unwritable() throws {
    let observer = TestObserver()
    let writer = JournalWriter(Journal(file: "/nonexistent/x.jsonl"), observer: observer)
    writer.add(writes: "/a")
    writer.add(record("a", "1"), digests: FileDigests())
    #expect(
      observer.events == ["note the journal cannot be written: there is no folder '/nonexistent'\n"]
    )
  }

  @Test("temporary files of processes that are gone are removed")
  func leftovers() throws {
    try notebook.write("x", to: ".tessera.tmp-999999999-1")
    try notebook.write("x", to: ".tessera.tmp-\(getpid())-1")
    try notebook.write("x", to: ".tessera.tmp-mine")
    Leftovers.remove(from: notebook.folder + "/nb")
    #expect(
      try Paths.names(in: notebook.folder + "/nb") == [
        ".tessera.tmp-\(getpid())-1", ".tessera.tmp-mine",
      ])
  }
}

@Suite("The cache") struct CacheTests {
  let notebook: TestNotebook
  var cache: Cache { notebook.cache }

  init() throws { notebook = try TestNotebook() }

  private func key(_ number: Int) -> String { Digest.hexadecimal(of: "\(number)") }

  private func entry(_ number: Int, bytes: Int = 10) -> CacheEntry {
    var entry = CacheEntry(
      key: key(number), label: "nb.md c\(number)", seconds: 1.5, output: "out\n\"é\n",
      variables: [("a", [UInt8](repeating: 7, count: bytes)), ("é", [])], seed: .max)
    entry.files = [.init(path: "p", resolved: "/p", digest: nil)]
    entry.written = [.init(path: "q", resolved: "/q", digest: "d")]
    return entry
  }

  @Test("what is stored is read back")
  func roundTrip() throws {
    cache.store(entry(1))
    let read = try #require(cache.entry(key(1)))
    #expect(read.bytes == entry(1).bytes)
    #expect(read.seed == .max)
    #expect(read.variables.map(\.name) == ["a", "é"])
    #expect(read.files == entry(1).files)
    #expect(cache.entry(key(2)) == nil)
    let items = cache.list()
    #expect(items.map(\.label) == ["nb.md c1"])
    #expect(items[0].seconds == 1.5)
    #expect(items[0].bytes == entry(1).bytes.count)
    #expect(cache.size().entries == 1)
    #expect(cache.clear().entries == 1)
    #expect(cache.list().isEmpty)
  }

  @Test("a damaged entry is none, and is removed")
  func damage() throws {
    let whole = entry(1).bytes
    var random = TestRandom(3)
    let path = "\(cache.folder)/v1/\(key(1).prefix(2))/\(key(1))"
    for turn in 0..<200 {
      var bytes = whole
      if turn % 2 == 0 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8(
          1 << Int.random(in: 0..<8, using: &random))
      } else {
        bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      }
      try DurableFile.makeFolder(Paths.parent(of: path))
      try DurableFile.replace(path, with: bytes)
      #expect(cache.entry(key(1)) == nil)
      #expect(!Paths.exists(path))
    }
    // Another key's entry under this name is none either.
    try DurableFile.replace(path, with: entry(2).bytes)
    #expect(cache.entry(key(1)) == nil)
  }

  @Test("an entry whose inside lies is none")
  func lies() {
    func file(_ rest: [UInt8]) -> [UInt8] {
      CacheEntry.mark + Array((Digest.hexadecimal(of: rest) + "\n").utf8) + rest
    }
    let summary = Array("{\"label\": \"l\", \"seconds\": 1}\n".utf8)
    func length(_ count: UInt64) -> [UInt8] {
      withUnsafeBytes(of: count.littleEndian) { Array($0) }
    }
    let head = Array("{\"key\": \"k\", \"output\": \"\", \"variables\": [[\"a\", 9]]}".utf8)
    #expect(CacheEntry(file(summary + length(UInt64(head.count)) + head)) == nil)
    #expect(CacheEntry(file(summary + length(.max) + head)) == nil)
    #expect(CacheEntry(file(summary)) == nil)
    #expect(CacheEntry(file([])) == nil)
    #expect(CacheEntry(file(length(0))) == nil)
    let good = Array("{\"key\": \"k\", \"output\": \"\", \"variables\": []}".utf8)
    #expect(CacheEntry(file(summary + length(UInt64(good.count)) + good)) != nil)
    #expect(CacheEntry(file(summary + length(UInt64(good.count)) + good + [1])) == nil)
  }

  @Test("what was not used for longest goes first")
  func size() throws {
    let one = entry(1, bytes: 1000).bytes.count
    let small = Cache(folder: notebook.folder + "/small", sizeLimit: 5 * one)
    for number in 1...5 { small.store(entry(number, bytes: 1000)) }
    #expect(small.size().entries == 5)
    // Entries are told apart by when they were used last.
    for number in 2...5 {
      let path = "\(small.folder)/v1/\(key(number).prefix(2))/\(key(number))"
      var times = [
        timespec(tv_sec: 100 + number, tv_nsec: 0), timespec(tv_sec: 100 + number, tv_nsec: 0),
      ]
      utimensat(AT_FDCWD, path, &times, 0)
    }
    #expect(small.entry(key(2)) != nil)
    small.store(entry(6, bytes: 1000))
    #expect(small.entry(key(3)) == nil)
    #expect(small.entry(key(4)) == nil)
    #expect(small.entry(key(2)) != nil)
    #expect(small.entry(key(6)) != nil)
    #expect(small.size().bytes <= 5 * one)
    small.store(entry(7, bytes: 3 * one))
    #expect(small.entry(key(7)) == nil)
  }

  @Test("a cache that cannot be written keeps nothing and ends nothing")
  func unwritable() throws {
    let none = Cache(folder: "/dev/null/cache")
    none.store(entry(1))
    #expect(none.entry(key(1)) == nil)
    #expect(none.list().isEmpty)
    #expect(none.clear().entries == 0)
  }

  @Test("another version's entries are left alone")
  func versions() throws {
    try DurableFile.makeFolder(cache.folder + "/v0/aa")
    try DurableFile.replace(cache.folder + "/v0/aa/x", with: "old")
    cache.store(entry(1))
    cache.clear()
    #expect(Paths.exists(cache.folder + "/v0/aa/x"))
  }

  @Test("the folder is the environment's")
  func folder() {
    #expect(Cache(folder: "/x").folder == "/x")
    #expect(Cache().folder == Paths.cacheFolder)
    #expect(!Paths.cacheFolder.isEmpty)
  }
}
