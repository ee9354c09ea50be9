/// One message of a conversation.
public struct ChatMessage: Sendable, Equatable {
  /// Who speaks. Results of tools and the like are not part of any layout here.
  public enum Role: String, Sendable, CaseIterable { case system, user, assistant }

  public var role: Role
  public var content: String

  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}
