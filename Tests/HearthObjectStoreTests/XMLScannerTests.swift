import HearthCore
import Testing

@testable import HearthObjectStore

/// Bytes from the network become events or a failure, and nothing else (R122).
@Suite struct XMLScannerTests {
    private static let page = Array(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- a comment with <tags> -->
        <s3:ListBucketResult xmlns:s3='http://s3.amazonaws.com/doc/2006-03-01/' a=">">
          <Name>models</Name><Empty/><IsTruncated>true</IsTruncated>
          <Contents><Key>a&amp;b &lt;&gt;&quot;&apos;&#65;&#x42;</Key><Size>1</Size></Contents>
          <Contents><Key>c</Key></Contents>
          <NextContinuationToken>next==</NextContinuationToken>
        </s3:ListBucketResult>
        """.utf8)

    @Test func `a page is read`() throws {
        let listing = try S3Listing(xml: Self.page)
        #expect(listing.keys == ["a&b <>\"'AB", "c"])
        #expect(listing.continuationToken == "next==")
    }

    @Test func `a page that ends anywhere before its end is refused`() {
        for count in 0..<Self.page.count {
            #expect(throws: XMLScanner.Failure.self) { try S3Listing(xml: Array(Self.page[..<count])) }
        }
    }

    @Test func `changed bytes are read or refused`() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<4_000 {
            var page = Self.page
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<page.count, using: &random)
                switch UInt8.random(in: 0..<3, using: &random) {
                case 0: page[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1: page.remove(at: place)
                default: page.insert(Array("<>/&;'\"!?".utf8).randomElement(using: &random) ?? 0, at: place)
                }
            }
            _ = try? S3Listing(xml: page)
            _ = S3Refusal(status: 500, xml: page)
        }
    }

    @Test func `a refusal is read, and what is none says nothing`() {
        let refusal = S3Refusal(
            status: 404, xml: Array("<Error><Code>NoSuchKey</Code><Message>no\nkey</Message></Error>".utf8))
        #expect(refusal.code == "NoSuchKey")
        #expect(refusal.message == "no key")
        #expect(S3Refusal(status: 502, xml: Array("<html><h1>Bad gateway".utf8)).code.isEmpty)
    }
}
