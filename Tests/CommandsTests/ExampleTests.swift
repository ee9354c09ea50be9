import Commands
import Glibc
import Language
import Testing

/// Whatever a command declares is complete and true.
@Suite("Declarations of commands") struct DeclarationTests {
  static let declarations = TesseraCommands.registry.declarations

  @Test("every example shows what it says", arguments: TesseraCommands.registry.names)
  func examples(name: String) throws {
    let declaration = try #require(TesseraCommands.registry.declaration(name))
    #expect(!declaration.examples.isEmpty, "\(name) has no example")
    for example in declaration.examples {
      let folder = FixtureFolder()
      let result = shown(example.source, in: folder)
      if result == "error[E0501]: there is no file 'default'" {
        withKnownIssue("the default model is not there") { #expect(result == example.shows) }
      } else {
        #expect(result == example.shows, "\(example.source)\n\(result)")
      }
    }
  }

  @Test("names, summaries and versions", arguments: TesseraCommands.registry.names)
  func complete(name: String) throws {
    let declaration = try #require(TesseraCommands.registry.declaration(name))
    let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789_")
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    #expect(parts.count <= 2)
    #expect(parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(letters.contains) })
    #expect(declaration.version >= 1)
    checkSentence(declaration.summary, name)
    #expect(Set(declaration.parameters.map(\.name)).count == declaration.parameters.count)
    for parameter in declaration.parameters {
      #expect(parameter.name.allSatisfy(letters.contains), "\(name) \(parameter.name)")
      #expect(!parameter.type.description.isEmpty, "\(name) \(parameter.name)")
      checkSentence(parameter.summary, "\(name) \(parameter.name)")
    }
    #expect(declaration.parameters.count { $0.isPiped } <= 1)
    for word in declaration.searchWords { #expect(word == word.lowercased(), "\(name)") }
  }

  private func checkSentence(_ text: String, _ place: String) {
    #expect(text.count > 3 && text.hasSuffix(".") && !text.hasSuffix(".."), "\(place): \(text)")
    #expect(!text.contains("\n"), "\(place): \(text)")
    #expect(text.first?.isLowercase == false, "\(place): \(text)")
  }

  @Test func namesAreUnique() {
    let names = TesseraCommands.all.map { $0.name }
    #expect(Set(names).count == names.count)
  }
}
