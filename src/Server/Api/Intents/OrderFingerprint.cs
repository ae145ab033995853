using System.Security.Cryptography;
using Reelay.Server.Catalog;

namespace Reelay.Server.Api.Intents;

/// <summary>One text for all requests that order the same: of the fields as they were read, and of the hashes of the files.</summary>
internal static class OrderFingerprint
{
    private const int Bytes = 16;

    /// <summary>32 hexadecimal digits.</summary>
    public static string Of(GenerationOrder order)
    {
        // Where files lie differs with every try; which channels could serve differs from moment to moment.
        var same = order with
        {
            UpstreamModels = [],
            Media = order.Media.Count == 0 ? order.Media : [.. order.Media.Select(media => media with { AssetKey = "" })],
            Source = order.Source is null ? null : new OrderSource { TaskId = order.Source.TaskId },
            BilledSeconds = null,
            Warnings = [],
        };
        return Convert.ToHexStringLower(SHA256.HashData(OrderJson.Serialize(same)).AsSpan(0, Bytes));
    }
}
