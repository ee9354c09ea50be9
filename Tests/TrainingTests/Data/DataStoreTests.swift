import Files
import Glibc
import Testing

@testable import Training

@Suite("Installed data") struct DataStoreTests {
  @Test("a file, a folder and archives come back with their texts")
  func installs() throws {
    try TokenFileTests.withFolder { folder in
      let store = DataStore(folder: folder + "/data")
      #expect(try store.entries().isEmpty)
      let source = folder + "/source"
      try DurableFile.makeFolder(source + "/inner")
      try DurableFile.replace(source + "/a.txt", with: "first\n")
      try DurableFile.replace(source + "/inner/b.txt", with: "second ß\n")
      try DurableFile.replace(source + "/.hidden", with: "no\n")
      symlink("/etc/passwd", source + "/link.txt")
      try store.install("one", from: source + "/a.txt")
      try store.install("tree", from: source)
      #expect(try store.entries().map(\.name) == ["one", "tree"])
      let tree = try #require(try store.entry("tree"))
      #expect(tree.files.map(\.name) == ["a.txt", "inner/b.txt"])
      #expect(tree.bytes == 16)
      #expect(try store.text(of: "inner/b.txt", in: tree) == "second ß\n")
      // Archives, made by the programs that make them.
      for (name, arguments) in [
        ("t.tar.gz", ["tar", "-czf", folder + "/t.tar.gz", "-C", source, "a.txt", "inner"]),
        ("z.zip", ["python3", "-m", "zipfile", "-c", folder + "/z.zip", source + "/inner"]),
      ] {
        guard try ChildProcess.run(arguments[0], Array(arguments.dropFirst())) == 0 else {
          continue
        }
        let entry = try store.install(name, from: folder + "/" + name)
        #expect(try store.text(of: "inner/b.txt", in: entry) == "second ß\n")
      }
      try DurableFile.replace(folder + "/g.txt", with: "packed\n")
      if try ChildProcess.run("gzip", ["-k", folder + "/g.txt"]) == 0 {
        let entry = try store.install("g", from: folder + "/g.txt.gz")
        #expect(entry.files == [.init(name: "g.txt", bytes: 7)])
      }
      // Nothing else is left in the store.
      #expect(try Paths.names(in: store.folder).allSatisfy { !$0.hasPrefix(".") })
    }
  }

  @Test("what is there stays unless it may go, and names cannot lead out")
  func refusals() throws {
    try TokenFileTests.withFolder { folder in
      let store = DataStore(folder: folder + "/data")
      try DurableFile.replace(folder + "/a.txt", with: "old")
      try DurableFile.replace(folder + "/b.txt", with: "new")
      try store.install("x", from: folder + "/a.txt")
      let error = #expect(throws: TrainingError.self) {
        try store.install("x", from: folder + "/b.txt")
      }
      #expect(error?.code == "E0728")
      #expect(try store.entry("x")?.files.map(\.name) == ["a.txt"])
      try store.install("x", from: folder + "/b.txt", replaces: true)
      #expect(try store.entry("x")?.files.map(\.name) == ["b.txt"])
      for name in ["", ".", "..", "../x", "a/b", ".x", "ä"] {
        #expect(throws: TrainingError.self) { try store.install(name, from: folder + "/a.txt") }
        #expect(throws: TrainingError.self) { try store.entry(name) }
      }
      try DurableFile.makeFolder(folder + "/empty")
      #expect(throws: TrainingError.self) { try store.install("e", from: folder + "/empty") }
      #expect(throws: TrainingError.self) { try store.install("n", from: folder + "/none") }
      try DurableFile.replace(folder + "/broken.zip", with: "this is no archive")
      #expect(throws: TrainingError.self) { try store.install("z", from: folder + "/broken.zip") }
      #expect(try store.entries().map(\.name) == ["x"])
      #expect(try Paths.names(in: store.folder) == ["x"])
      // An empty folder is nothing.
      try DurableFile.makeFolder(store.folder + "/y")
      #expect(try store.entries().map(\.name) == ["x"])
      try store.install("y", from: folder + "/a.txt")
      let entry = try #require(try store.entry("x"))
      #expect(throws: TrainingError.self) { try store.text(of: "a.txt", in: entry) }
    }
  }

  @Test("digits: numbers, classes, and lines that are wrong")
  func digits() throws {
    let line = (0..<64).map { String($0 % 17) }.joined(separator: ",")
    let digits = try DigitImages(Array("\(line),3\r\n\(line),9\n".utf8), path: "d")
    #expect(digits.count == 2)
    #expect(digits.labels == [3, 9])
    let images = try digits.images(first: 1)
    #expect(images.shape == [1, 8, 8])
    #expect(images.floats == (0..<64).map { Float($0 % 17) / 16 })
    #expect(try digits.images(first: 5).shape == [2, 8, 8])
    for wrong in ["\(line)", "\(line),10", "17" + line.dropFirst() + ",1", "\(line),1,1", "x"] {
      #expect(throws: TrainingError.self) { try DigitImages(Array(wrong.utf8), path: "d") }
    }
  }

  @Test("the real digits, where they are")
  func realDigits() throws {
    // Beside the checkout.
    var folder = #filePath
    for _ in 0..<5 { folder = Paths.parent(of: folder) }
    let file = folder + "/shared/assets/images/digits_8x8.csv"
    guard Paths.exists(file) else { return }
    let digits = try DigitImages(path: file)
    #expect(digits.count == 1797)
    #expect(
      (0..<10).map { label in digits.labels.count { Int($0) == label } }
        == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    let known = try #require(KnownData.named("digits"))
    #expect(try Digest.hexadecimal(ofFile: file) == known.source.digest)
  }
}
