using Reelay.Server.Storage;

namespace Reelay.Server.Accounts;

/// <summary>Pages of keys. Each filter has an index in the order of the page, so that a page reads no more rows than it shows.</summary>
internal static class SqlKeyList
{
    /// <summary>Last of all letters: what begins with a text sorts from the text itself to the text and this.</summary>
    public const string LastLetter = "\U0010FFFF";

    /// <summary>The page, or null if the key it begins after does not exist.</summary>
    public static IReadOnlyList<ApiKey>? Read(ReadConnection connection, KeyQuery query)
    {
        var page = query.Page;
        var sort = page.NamePrefix is null ? "created_at" : "name";
        var (sign, direction) = page.IsDescending ? ("<", "DESC") : (">", "ASC");
        if (page.AfterId is { } after && connection.Scalar<long>("SELECT 1 FROM keys WHERE id = @id", ("@id", after)) == 0) return null;
        return connection.Query(
            SqlKeyRows.Map,
            $"""
            SELECT {SqlKeyRows.Columns} FROM {SqlKeyRows.Source}
            WHERE 1 = 1
                {(query.AccountId is null ? "" : "AND k.account_id = @account")}
                {(query.Hint is null ? "" : "AND k.secret_hint = @hint")}
                {(page.NamePrefix is null ? "" : "AND k.name >= @name AND k.name < @name || @last")}
                {(page.AfterId is null ? "" : $"AND (k.{sort}, k.id) {sign} (SELECT {sort}, id FROM keys WHERE id = @after)")}
            ORDER BY k.{sort} {direction}, k.id {direction} LIMIT @limit
            """,
            ("@account", query.AccountId), ("@hint", query.Hint), ("@name", page.NamePrefix), ("@last", LastLetter), ("@after", page.AfterId),
            ("@limit", page.Limit));
    }
}
