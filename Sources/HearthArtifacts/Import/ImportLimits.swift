/// How much of the machine one imported file may take.
///
/// One number is for people: the size of the file (R68). The budgets of what is made from it follow, so that raising
/// the one raises the others.
package struct ImportLimits: Sendable, Hashable {
    /// The most bytes of the file as it lies on the disk; 10 MB unless set (R68).
    package var fileByteCountMax: Int

    /// Limits for files of at most `fileByteCountMax` bytes.
    package init(fileByteCountMax: Int = ArtifactLimits().fileByteCountMax) {
        self.fileByteCountMax = fileByteCountMax
    }

    /// The budgets of reading: the defaults of ``PickleLimits``, and more in proportion for larger files.
    package var pickle: PickleLimits {
        let plain = PickleLimits(fileByteCountMax: fileByteCountMax)
        let (doubled, overflow) = fileByteCountMax.multipliedReportingOverflow(by: 2)
        return PickleLimits(
            fileByteCountMax: fileByteCountMax,
            contentByteCountMax: max(plain.contentByteCountMax, overflow ? .max : doubled),
            arenaByteCountMax: max(plain.arenaByteCountMax, fileByteCountMax),
            operationCountMax: max(plain.operationCountMax, fileByteCountMax), visitCountMax: plain.visitCountMax)
    }
}
