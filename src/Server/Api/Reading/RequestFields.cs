using System.Text.Json;
using Reelay.Server.Assets;

namespace Reelay.Server.Api.Reading;

/// <summary>One top-level field of a body, whatever its encoding.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Value">Its value; text in forms. Valid until the <see cref="RequestFields"/> is disposed.</param>
/// <param name="IsRepeated">Whether a form sent the plain name more than once with different values; <paramref name="Value"/> is then an array.</param>
public readonly record struct RequestField(string Name, JsonElement Value, bool IsRepeated);

/// <summary>A body after reading: fields, and the files that were stored while reading.</summary>
/// <remarks>
/// The caller either takes the stored files over (they end up in an order) or calls <see cref="DiscardAsync"/>, and disposes it when the
/// order is made. Not safe for concurrent use.
/// </remarks>
public sealed class RequestFields : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<string> _storedKeys = [];

    internal RequestFields(IUploadSink sink) => Sink = sink;

    /// <summary>The top-level fields in the body's order.</summary>
    public IReadOnlyList<RequestField> Fields { get; internal set; } = [];

    /// <summary>The files in the body's order; empty outside multipart.</summary>
    public IReadOnlyList<FilePart> Files { get; internal set; } = [];

    /// <summary>Whether the fields come from a form, so that what stands in brackets is text whatever it says.</summary>
    public bool IsForm { get; internal set; }

    private IUploadSink Sink { get; }

    /// <summary>Finds a top-level field.</summary>
    public bool TryGet(string name, out JsonElement value)
    {
        foreach (var field in Fields)
        {
            if (field.Name == name)
            {
                value = field.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Stores bytes that belong to this request, so that <see cref="DiscardAsync"/> removes them too.</summary>
    /// <exception cref="AssetTooLargeException">More than <paramref name="maxBytes"/> bytes; nothing is kept.</exception>
    public async Task<StoredAsset> SaveAsync(Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        var asset = await Sink.SaveAsync(content, maxBytes, cancellationToken);
        _storedKeys.Add(asset.Key);
        return asset;
    }

    /// <summary>Removes one stored file that nobody needs, for example the second copy of a picture.</summary>
    public Task DiscardOneAsync(string key)
    {
        _storedKeys.Remove(key);
        return Sink.DiscardAsync(key);
    }

    /// <summary>Removes every file stored for this request. Harmless when repeated.</summary>
    public async Task DiscardAsync()
    {
        while (_storedKeys.Count > 0)
        {
            await DiscardOneAsync(_storedKeys[^1]);
        }
    }

    /// <summary>Gives the pooled memory back; values read from <see cref="Fields"/> are dead afterwards.</summary>
    public void Dispose()
    {
        // Documents go before the buffers they look into.
        for (var index = _owned.Count - 1; index >= 0; index--)
        {
            _owned[index].Dispose();
        }

        _owned.Clear();
        Fields = [];
    }

    internal void Own(IDisposable resource) => _owned.Add(resource);

    /// <summary>Reads JSON that came as the text of a field; the result lives as long as this request.</summary>
    internal ApiError? TryParseText(string path, string text, out JsonElement value)
    {
        value = default;
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        if (JsonBody.Parse(bytes, ReadingLimits.Default, out var document) is { } error)
        {
            return error with { Message = $"`{path}` looks like JSON but cannot be read: {error.Message}", Param = path };
        }

        Own(document!);
        value = document!.RootElement;
        return null;
    }
}
