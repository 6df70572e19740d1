import HearthCore
import HearthRegistry
import HearthTestSupport

/// A registry whose every version has this pickle in its row.
final class BlobStore: ForwardingStore {
    let store: any RegistryStore
    private let modelData: [UInt8]

    init(_ store: any RegistryStore, modelData: [UInt8]) {
        self.store = store
        self.modelData = modelData
    }

    func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]? { modelData }
}
