import Tensors

/// What declares parameters and is made of layers, each with a name in it.
///
/// A group may have several ways through it (encode and decode, a loss and a sampler); a ``Layer`` has one. A new
/// kind is a type with these members: nothing else has to know of it.
public protocol LayerGroup: Sendable {
  /// The parameters that it has itself, in a fixed order, names unlike each other.
  var ownParameters: [LayerParameter] { get }
  /// The layers that it is made of, in a fixed order; names unlike each other and its parameters'.
  var children: [(name: String, layer: any LayerGroup)] { get }
}

/// A part of a network with one way through it: a pure function of its input, its parameters and what
/// stands in the ``LayerPass``.
public protocol Layer: LayerGroup {
  /// - Parameters:
  ///   - x: tokens are `[batch, tokens, width]`, pictures `[batch, channels, height, width]`, ids a constant
  ///     of i32 `[batch, tokens]`; each layer says what it takes.
  ///   - pass: whose names begin at this layer.
  func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable
}

extension LayerGroup {
  public var ownParameters: [LayerParameter] { [] }
  public var children: [(name: String, layer: any LayerGroup)] { [] }

  /// All parameters, those of children with their names in front: `blocks.0.mixer.query.weight`.
  public var parameters: [LayerParameter] {
    ownParameters
      + children.flatMap { name, layer in
        layer.parameters.map { parameter in
          var parameter = parameter
          parameter.name = "\(name).\(parameter.name)"
          return parameter
        }
      }
  }

  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Values to begin with, in the order of ``parameters``: each from a stream of its own by its name, so
  /// that none depends on another's size.
  public func freshValues(seed: UInt64, _ elementType: ElementType = .f32) throws(ModelError)
    -> [Tensor]
  {
    let stream = RandomStream(seed: seed, path: ["layers"])
    var values: [Tensor] = []
    for parameter in parameters {
      values.append(try parameter.value(stream.child(parameter.name), elementType))
    }
    return values
  }
}
