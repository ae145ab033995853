namespace Reelay.Simulators;

/// <summary>One request as a simulator sees it.</summary>
public sealed record SimulatedRequest
{
    /// <summary>Largest body a simulator reads; more is answered with 413.</summary>
    public const int MaxBodyBytes = 64 * 1024 * 1024;

    /// <summary>Upper-case HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Address of the simulator as the caller wrote it, without a trailing slash, for links in answers.</summary>
    public required string Root { get; init; }

    /// <summary>Decoded path below the simulator's root, without a leading slash, for example <c>v1/videos</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Query parameters; of repeated ones the last.</summary>
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    /// <summary>Query parameters with all their values, for upstreams that take several of one name.</summary>
    public ILookup<string, string> QueryLists { get; init; } = Enumerable.Empty<string>().ToLookup(name => name);

    /// <summary>Headers of message and body, repeated ones joined by commas; names in any case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body, read once; empty when there is none.</summary>
    public required Stream Body { get; init; }

    /// <summary>The body's declared type, with parameters, or null.</summary>
    public string? ContentType { get; init; }

    /// <summary>The token of an <c>Authorization: Bearer</c> header, or null.</summary>
    public string? BearerToken
    {
        get
        {
            const string scheme = "Bearer ";
            string? value = Headers.GetValueOrDefault("Authorization");
            return value is not null && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? value[scheme.Length..].Trim() : null;
        }
    }

    /// <summary>Every value of a query under its name.</summary>
    public static ILookup<string, string> Lists(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> query) => query
        .SelectMany(pair => pair.Value, (pair, value) => (pair.Key, Value: value ?? ""))
        .ToLookup(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>Reads the whole body.</summary>
    /// <returns>The bytes, or null if there are more than <see cref="MaxBodyBytes"/>.</returns>
    public async ValueTask<byte[]?> ReadBodyAsync(CancellationToken cancellationToken)
    {
        using MemoryStream whole = new();
        byte[] buffer = new byte[64 * 1024];
        while (await Body.ReadAsync(buffer, cancellationToken) is int count and > 0)
        {
            if (whole.Length + count > MaxBodyBytes)
                return null;
            whole.Write(buffer, 0, count);
        }

        return whole.ToArray();
    }
}
