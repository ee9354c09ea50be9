/// Tokens for legal and financial text, of the kinds that KL3M's vocabularies append (arXiv
/// 2503.17247): layout, markup, years, numbers, enumerations, citations.
///
/// The citations are a short list of our own, not the reporters database of the paper.
public enum LegalTokens {
  public enum Group: String, Sendable, CaseIterable {
    case whitespace, rules, markdown, html, xml, json, years, numbers, enumerations, citations
  }

  /// The tokens of some groups: sorted by their bytes, each once, none of a single character.
  public static func tokens(_ groups: [Group] = Group.allCases) -> [String] {
    let tokens = Set(groups.flatMap(tokens(of:))).filter { $0.unicodeScalars.count > 1 }
    return tokens.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func tokens(of group: Group) -> [String] {
    switch group {
    case .whitespace: return runs(of: [" ", "\t", "\r", "\n"]) + ["\r\n", "\t "]
    case .rules: return runs(of: [".", "-", "=", "_", "*", "~"])
    case .markdown:
      return (2...6).map { String(repeating: "#", count: $0) } + words("** ~~ ``` ![ ]( - [ ]")
        + words("http:// https:// www. ftp:// mailto: tel: ://")
    case .html:
      let opening = tags.flatMap { ["<" + $0, "<" + $0.uppercased()] }
      let attributes = words("href src alt title class id style name value")
      return opening + tags.map { "</\($0)>" }
        + attributes.flatMap { [" \($0)=", " \($0.uppercased())="] }
    case .xml: return words("<!-- --> <![CDATA[ ]]> <?xml ?> <xml </xml>")
    case .json: return words(#"{" "} [" "] ": "," ":" null true false"#)
    case .years: return (1776...2049).map(String.init)
    case .numbers: return (10...999).map(String.init)
    case .enumerations:
      let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(Unicode.Scalar($0)) }
      let numbers = (1...99).map(String.init)
      let roman = words("i ii iii iv v vi vii viii ix x xi xii")
      return
        (letters + letters.map { $0.uppercased() } + numbers + roman
        + roman.map { $0.uppercased() }).map { "(\($0))" }
    case .citations: return words(citations)
    }
  }

  private static func runs(of characters: [String]) -> [String] {
    characters.flatMap { character in
      (2...8).map { String(repeating: character, count: $0) }
    }
  }

  private static func words(_ text: String) -> [String] {
    text.split { $0 == " " || $0 == "\n" }.map(String.init)
  }

  private static let tags = words(
    """
    html head body div span p a b i img table thead tbody tfoot tr td th ul ol li h1 h2 h3 h4 br hr
    form input label select option button textarea script style link meta title pre code
    """)

  /// Statutes, regulations, courts, reporters, rules, parties and signals as American lawyers
  /// abbreviate them.
  private static let citations = """
    U.S.C. U.S.C.A. C.F.R. Fed. Reg. Stat. Pub. L. Const. Cong. Rec. H.R. S.Ct. L.Ed. L.Ed.2d
    U.S. F.2d F.3d F.4th F.Supp. F.Supp.2d F.Supp.3d F.R.D. B.R. Fed.Cl. Cl.Ct. A.2d A.3d N.E. N.E.2d
    N.E.3d N.W. N.W.2d P.2d P.3d S.E. S.E.2d S.W. S.W.2d S.W.3d So.2d So.3d N.Y.S.2d Cal.Rptr. Cir.
    App. Div. Dist. Ct. Sup. Super. Civ. Crim. Evid. Bankr. Proc. Ann. Ch. Art. Sec. Subch. Tit. Subt.
    para. cl. Ala. Ariz. Ark. Cal. Colo. Conn. Del. Fla. Ga. Ill. Ind. Kan. Ky. La. Md. Mass. Mich. Minn.
    Miss. Mo. Mont. Neb. Nev. N.H. N.J. N.M. N.Y. N.C. N.D. Okla. Or. Pa. R.I. S.C. S.D. Tenn. Tex. Vt.
    Va. Wash. W.Va. Wis. Wyo. D.C. E.D. W.D. M.D. Corp. Inc. Co. Ltd. LLC L.P. L.L.C. L.L.P. N.A. Bros.
    Ass'n Comm'n Comm'r Dep't Gov't Int'l Nat'l Att'y Adm'r Bd. Dir. Auth. Assocs. Indus. Ins. Mfg. Mut.
    Sav. Sys. Tel. Transp. Univ. Util. v. vs. et seq. al. id. Id. ibid. supra infra cf. Cf. e.g. i.e.
    viz. cert. denied granted aff'd rev'd remanded vacated reh'g en banc §§ ¶¶ No. Nos. Vol. Rev. J. L.J.
    L.Rev. Harv. Yale Colum. Stan. Form 10-K 10-Q 8-K 20-F S-1 S-3 S-4 14A 13D 13G Reg. S-K S-X GAAP IFRS
    FASB ASC SEC IRS EPA FTC FDIC OCC NYSE NASDAQ EBITDA EPS ROI USD $000s
    """
}
