namespace Reelay.Server.Secrets;

/// <summary>A table that holds envelopes of <see cref="SecretBox"/>. Each one is registered, so that a new master key reaches all.</summary>
internal interface ISealedRows
{
    /// <summary>Word for it in the log.</summary>
    string Name { get; }

    /// <summary>Its rows, and those of them that another key than this one encrypted.</summary>
    (int All, int Outdated) Count(byte[] keyId);

    /// <summary>Rows that another key than this one encrypted.</summary>
    IReadOnlyList<SealedRow> ListOutdated(byte[] keyId, int limit);

    /// <summary>Replaces an envelope, durably.</summary>
    /// <returns>False if the row was changed or removed since it was listed.</returns>
    bool Replace(SealedRow row, byte[] envelope);
}

/// <summary>One envelope.</summary>
/// <param name="Key">Tells the row from the table's others.</param>
/// <param name="Owner">Name it was sealed for.</param>
/// <param name="Envelope">As it was read.</param>
internal sealed record SealedRow(string Key, string Owner, byte[] Envelope);
