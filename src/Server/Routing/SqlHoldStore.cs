using Reelay.Server.Storage;

namespace Reelay.Server.Routing;

/// <summary>Holds of vendor accounts on SQLite.</summary>
internal sealed class SqlHoldStore(Database database) : IHoldStore
{
    public IReadOnlyList<AccountHold> List() => database.Read(connection => connection.Query(
        row => new AccountHold(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3)),
        "SELECT vendor_account, channel_id, reason, created_at FROM account_holds ORDER BY vendor_account"));

    public void Insert(AccountHold hold) => database.Write((connection, transaction) => connection.Execute(
        """
        INSERT INTO account_holds (vendor_account, channel_id, reason, created_at) VALUES (@account, @channel, @reason, @at)
        ON CONFLICT (vendor_account) DO NOTHING
        """,
        transaction,
        ("@account", hold.VendorAccount), ("@channel", hold.ChannelId), ("@reason", hold.Reason), ("@at", hold.At)));

    public void Delete(string vendorAccount) => database.Write((connection, transaction) => connection.Execute(
        "DELETE FROM account_holds WHERE vendor_account = @account", transaction, ("@account", vendorAccount)));
}
