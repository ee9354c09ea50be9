import Files
import Models
import Testing
import Training

@testable import Commands

@Suite("Weights that come with recipes") struct RecipeWeightTests {
  /// Answers none of 200 problems after 8,000 steps, so its weights do not come along.
  static let missing = ["lists-masked"]

  @Test("all but those that learned nothing came along")
  func complete() {
    let names = TrainingRecipe.all.map(\.name)
    #expect(names.filter { BuiltinModels.folder(named: $0) == nil } == Self.missing)
  }

  @Test(
    "are those of the recipe as it stands, and small enough to come along",
    arguments: TrainingRecipe.all.map(\.name).filter { !missing.contains($0) })
  func current(name: String) throws {
    let recipe = try #require(TrainingRecipe.named(name))
    let folder = try #require(BuiltinModels.folder(named: name))
    let origin = try #require(try ModelProvenance.origin(of: folder))
    #expect(origin["recipe"]?.stringValue == name)
    #expect(origin["steps"]?.intValue == recipe.steps)
    #expect(origin["data"]?.stringValue == "\(recipe.data.command), \(recipe.data.count)")
    #expect(origin["asked"]?.intValue == (recipe.hasAnswers ? recipe.asked : nil))
    let model = try ModelLoader.loadTransformer(path: folder)
    let fresh = try MadeModel(
      recipe.sizes(vocabulary: model.vocabularySize), fresh: .init(seed: 1))
    #expect(model.parameterCount == fresh.parameterCount)
    #expect(model.contextLength == recipe.context)
    let bytes = try FileContents.bytes(at: Paths.join(folder, "model.safetensors")).count
    #expect(bytes <= 4 << 20)
  }
}
