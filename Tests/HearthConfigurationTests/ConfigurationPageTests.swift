import Foundation
import HearthConfiguration
import Testing

struct ConfigurationPageTests {
    @Test func `the page in the repository is what the code says`() throws {
        let page = try String(contentsOf: ExampleFile.page, encoding: .utf8)
        let isSame = page == ConfigurationPage.text
        #expect(isSame, "write it again: hearth config keys > \(ExampleFile.page.lastPathComponent)")
    }
}
