import Files
import Kernels
import Synchronization
import Tensors

/// Brings a network's matrices into the form that products want: from the cache of packed weights where
/// it has them, else from their file, several at once.
struct WeightPacking {
  typealias Shaped = (key: WeightKey, shape: [Int])

  let loader: WeightLoader
  let activations: Activations
  let packs: PackedWeightCache?

  private struct Results: Sendable {
    var matrices: [WeightKey: any FrozenMatrix] = [:]
    /// The first failure in the network's order.
    var failure: (place: Int, error: ModelError)?
  }

  func matrices(_ shapes: [Shaped]) throws(ModelError) -> [WeightKey: any FrozenMatrix] {
    let types = Set(shapes.map { type(of: $0.key) }).sorted().joined(separator: ",")
    let name = "\(loader.source.path) \(activations.rawValue) \(types)"
    let identity = loader.source.identity.map { "\($0) \(recipes(of: shapes))" }
    var found: [WeightKey: any FrozenMatrix] = [:]
    if let packs, let identity, let file = packs.file(name, identity: identity) {
      for (key, shape) in shapes { found[key] = file.matrix(key.name, shape: shape) }
    }
    let missing = shapes.filter { found[$0.key] == nil }
    let made = try packed(missing)
    let all = found.merging(made) { old, _ in old }
    guard let packs, let identity, made.values.contains(where: { $0 is any PackedStorage }) else {
      return all
    }
    packs.keep(
      name, identity: identity,
      shapes.compactMap { shaped in
        (all[shaped.key] as? any PackedStorage).map { (shaped.key.name, $0) }
      })
    return all
  }

  private func type(of key: WeightKey) -> String {
    loader.recipes[key].flatMap { loader.source.typeName(of: $0.source) } ?? "?"
  }

  /// What is done with the file's numbers: which rows of which tensor, by which version of this program's
  /// numerics. A configuration that changes beside its file changes this.
  private func recipes(of shapes: [Shaped]) -> String {
    var digest = Digest()
    digest.add(field: "\(Machine.numericsVersion)")
    for (key, shape) in shapes {
      let recipe = loader.recipes[key]?.statement ?? ""
      digest.add(field: "\(key.name) \(shape) \(type(of: key)) \(recipe)")
    }
    return digest.hexadecimal()
  }

  /// Those that no cache has, on the threads of the pool.
  private func packed(_ shapes: [Shaped]) throws(ModelError) -> [WeightKey: any FrozenMatrix] {
    let results = Mutex(Results())
    let next = Mutex(0)
    let largest = shapes.map { $0.shape.reduce(1, &*) }.max() ?? 0
    // Whoever is free takes the next one: sizes differ much.
    SharedWork.run(shapes.count, operations: 10 * Double(largest)) { _ in
      let place = next.withLock { next in
        defer { next += 1 }
        return next
      }
      if results.withLock({ $0.failure != nil }) { return }
      let (key, shape) = shapes[place]
      do throws(ModelError) {
        do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
        let matrix = try loader.matrix(key, shape: shape, activations: activations)
        results.withLock { $0.matrices[key] = matrix }
      } catch {
        results.withLock { results in
          if place < results.failure?.place ?? .max { results.failure = (place, error) }
        }
      }
    }
    let done = results.withLock { $0 }
    if let failure = done.failure { throw failure.error }
    return done.matrices
  }
}
