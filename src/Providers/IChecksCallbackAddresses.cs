namespace Reelay.Providers;

/// <summary>A provider whose upstream signs the address it calls back at, and not the body it brings.</summary>
public interface IChecksCallbackAddresses
{
    /// <summary>
    /// Checks the signature of a callback before it is read. Pure. What fails is not used; what passes has the task looked at, and its body
    /// still ends nothing.
    /// </summary>
    /// <param name="account">The account that made the order, with the clock set to the moment the callback came.</param>
    /// <param name="addresses">The address given with the order: one for each key that may have made it.</param>
    /// <param name="headers">The callback's headers, without those of connection and credentials.</param>
    bool IsGenuine(ProviderAccount account, IReadOnlyList<Uri> addresses, IReadOnlyDictionary<string, string> headers);
}
