using System.Collections.Concurrent;

namespace Reelay.Server.Routing;

/// <summary>
/// Vendor accounts that refused our credential: none of their channels gets an order until an operator lifts the hold or the credential
/// changes, which makes another vendor account of it. Kept over restarts where there is a store.
/// </summary>
internal sealed class AccountHolds(IHoldStore? store)
{
    private const int MaxReasonLength = 500;

    private readonly Lock _writing = new();
    private readonly Queue<AccountHold> _unwritten = new();
    private readonly ConcurrentDictionary<string, AccountHold> _holds = new(
        (store?.List() ?? []).Select(hold => KeyValuePair.Create(hold.VendorAccount, hold)), StringComparer.Ordinal);

    /// <summary>Why an account gets no orders, or null if it does.</summary>
    public AccountHold? Find(string vendorAccount) => _holds.GetValueOrDefault(vendorAccount);

    /// <summary>Holds an account; the first reason stays.</summary>
    /// <returns>Whether it was not held before.</returns>
    public bool Hold(ProviderChannel channel, string reason, long at)
    {
        if (reason.Length > MaxReasonLength) reason = reason[..MaxReasonLength];
        var hold = new AccountHold(channel.VendorAccount, channel.Id, reason, at);
        if (!_holds.TryAdd(hold.VendorAccount, hold)) return false;
        lock (_writing) _unwritten.Enqueue(hold);
        try
        {
            WriteRest();
        }
        catch (Exception)
        {
            // It holds from now on. What its order's failure means must not be lost because the database is locked or full: it is written later.
        }

        return true;
    }

    /// <summary>Reads again what is stored: another node may have held or lifted.</summary>
    public void Reload()
    {
        lock (_writing)
        {
            var stored = (store?.List() ?? []).ToDictionary(hold => hold.VendorAccount, StringComparer.Ordinal);
            foreach (var hold in stored.Values) _holds.TryAdd(hold.VendorAccount, hold);
            foreach (var account in _holds.Keys.Where(account => !stored.ContainsKey(account) && !_unwritten.Any(hold => hold.VendorAccount == account)))
                _holds.TryRemove(account, out _);
        }
    }

    /// <summary>Writes what could not be written when it was decided; <c>ChannelWatch</c> asks for it again and again.</summary>
    public void WriteRest()
    {
        lock (_writing)
        {
            while (_unwritten.TryPeek(out var hold))
            {
                if (_holds.ContainsKey(hold.VendorAccount)) store?.Insert(hold);
                _unwritten.Dequeue();
            }
        }
    }

    /// <summary>Lets an account have orders again. Whoever calls this has the engine look at its waiting tasks: <c>TaskEngine.ChannelsChanged</c>.</summary>
    /// <returns>Whether it was held.</returns>
    public bool Lift(string vendorAccount)
    {
        if (!_holds.TryRemove(vendorAccount, out _)) return false;
        store?.Delete(vendorAccount);
        return true;
    }
}

/// <summary>A held account.</summary>
/// <param name="VendorAccount">Hash of host and credential.</param>
/// <param name="ChannelId">The channel that was refused.</param>
/// <param name="Reason">The upstream's words, for operators.</param>
/// <param name="At">When, Unix milliseconds.</param>
internal sealed record AccountHold(string VendorAccount, string ChannelId, string Reason, long At);

/// <summary>Keeps holds over restarts.</summary>
internal interface IHoldStore
{
    /// <summary>All of them.</summary>
    IReadOnlyList<AccountHold> List();

    /// <summary>Keeps one; nothing changes if the account is held.</summary>
    void Insert(AccountHold hold);

    /// <summary>Forgets one.</summary>
    void Delete(string vendorAccount);
}
