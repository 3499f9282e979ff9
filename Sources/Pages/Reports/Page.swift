package import Charts

/// A page that holds all it needs: it loads nothing, runs no script, and suits narrow and
/// wide, light and dark screens.
package struct Page: Sendable {
  let title: String
  let subtitle: String
  /// Seconds after which a browser loads it again; nil for never.
  private let reloadsAfter: Int?
  private var sections: [HTML] = []
  private var entries: [(id: String, title: String)] = []

  /// A page without sections; a browser loads it again after `reloadsAfter` seconds, if given.
  package init(title: String, subtitle: String, reloadsAfter: Int? = nil) {
    self.title = title
    self.subtitle = subtitle
    self.reloadsAfter = reloadsAfter
  }

  /// Adds a section with a heading and an entry in the list of contents.
  package mutating func section(_ title: String, id: String, _ content: [HTML]) {
    entries.append((id, title))
    sections.append(
      """
      <section id="\(id)" aria-labelledby="\(id)-title">
      <h2 id="\(id)-title">\(title)</h2>
      \(content)
      </section>

      """)
  }

  private var reload: HTML {
    reloadsAfter.map { "\n<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? ""
  }

  /// The whole page.
  package var text: String {
    let list: [HTML] = entries.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" }
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="Ganglion">\(reload)
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
      <title>\(title)</title>
      <style>\(HTML(markup: styleSheet))</style>
      </head>
      <body>
      <header><p class="program">Ganglion report</p><h1>\(title)</h1><p>\(subtitle)</p></header>
      <nav aria-label="Contents"><ul>\(list)</ul></nav>
      <main>
      \(sections)</main>
      </body>
      </html>

      """
    return page.markup
  }
}

/// A figure with its title and what is to be seen in it.
package func figure(_ title: String, _ content: HTML, _ caption: String) -> HTML {
  """
  <figure><h3>\(title)</h3>
  \(content)
  <figcaption>\(prose(caption))</figcaption></figure>

  """
}

/// Figures side by side where there is room.
package func grid(_ figures: [HTML]) -> HTML { "<div class=\"grid\">\(figures)</div>" }

/// A paragraph.
package func paragraph(_ text: String) -> HTML { "<p>\(prose(text))</p>\n" }

/// Text in which what stands between backticks is typed as it is: a command, a flag.
func prose(_ text: String) -> HTML {
  let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
  // A lone backtick is one: the text may hold a name out of a file.
  guard !parts.count.isMultiple(of: 2) else { return "\(text)" }
  let pieces: [HTML] = parts.enumerated().map { place, part in
    place.isMultiple(of: 2) ? "\(part)" : "<code>\(part)</code>"
  }
  return "\(pieces)"
}

/// The figures that are looked at first.
package func tiles(_ entries: [(name: String, value: String, note: String)]) -> HTML {
  let items: [HTML] = entries.map {
    "<div class=\"tile\"><dt>\($0.name)</dt><dd>\($0.value)</dd><dd class=\"note\">\($0.note)</dd></div>"
  }
  return "<dl class=\"tiles\">\(items)</dl>"
}

/// Sentences that a user must not miss.
package func notices(_ sentences: [String]) -> HTML {
  let items: [HTML] = sentences.map { "<li>\(prose($0))</li>" }
  return "<ul class=\"notices\">\(items)</ul>"
}

/// A table; the first column names the row, numbers are aligned to the right, words to the
/// left.
package func table(
  _ caption: String, _ columns: [String], _ rows: [[String]], ofWords: Bool = false
) -> HTML {
  let head: [HTML] = columns.map { "<th scope=\"col\">\($0)</th>" }
  let body: [HTML] = rows.map { row in
    let cells: [HTML] = row.dropFirst().map { "<td>\($0)</td>" }
    return "<tr><th scope=\"row\">\(row.first ?? "")</th>\(cells)</tr>\n"
  }
  return """
    <div class="table"><p class="caption">\(prose(caption))</p>
    <div class="scroll" role="region" aria-label="\(caption)" tabindex="0">\
    <table class="\(ofWords ? "words" : "numbers")"><thead><tr>\(head)</tr></thead>
    <tbody>\(body)</tbody></table></div></div>
    """
}

/// Content that is shown on demand.
package func details(_ title: String, _ content: HTML) -> HTML {
  "<details><summary>\(title)</summary>\(content)</details>\n"
}
