using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Reelay.Simulators;

/// <summary>The parsed body of a create call: JSON and multipart forms in one shape.</summary>
public sealed class OrderBody
{
    private const int MaxParts = 200;

    private OrderBody(JsonObject fields, List<KeyValuePair<string, ReadOnlyMemory<byte>>> files, bool isForm)
    {
        Fields = fields;
        FileList = files;
        Files = files.GroupBy(file => file.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal);
        IsForm = isForm;
    }

    /// <summary>The fields; of a form every scalar is a string, and bracketed names are objects and arrays.</summary>
    public JsonObject Fields { get; }

    /// <summary>Uploaded files by field name; of several under one name the last.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files { get; }

    /// <summary>Every uploaded file with its field name, in the order sent.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> FileList { get; }

    /// <summary>Whether it came as a form.</summary>
    public bool IsForm { get; }

    /// <summary>A body without fields, for what could not be read.</summary>
    public static OrderBody Empty { get; } = new([], [], isForm: false);

    /// <summary>A string field, or null if it is not there or no string.</summary>
    public string? Text(string name) => Fields[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>Reads a body.</summary>
    /// <returns>The body, or why it could not be read.</returns>
    public static async ValueTask<(OrderBody? Body, BodyProblem Problem)> ReadAsync(
        SimulatedRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type))
            return (null, BodyProblem.UnknownType);
        bool isForm = type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);
        if (!isForm && !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return (null, BodyProblem.UnknownType);
        if (await request.ReadBodyAsync(cancellationToken) is not { } bytes)
            return (null, BodyProblem.TooLarge);
        OrderBody? body = isForm
            ? await ReadFormAsync(bytes, HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), cancellationToken)
            : ReadJson(bytes);
        return (body, body is null ? BodyProblem.Malformed : BodyProblem.None);
    }

    private static OrderBody? ReadJson(byte[] bytes)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
            return node is JsonObject fields ? new OrderBody(fields, [], isForm: false) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async ValueTask<OrderBody?> ReadFormAsync(byte[] bytes, string boundary, CancellationToken cancellationToken)
    {
        if (boundary.Length == 0)
            return null;
        JsonObject fields = [];
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> files = [];
        try
        {
            using MemoryStream stream = new(bytes);
            MultipartReader reader = new(boundary, stream);
            for (int part = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } section; part++)
            {
                if (part == MaxParts || !ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                    return null;
                string name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                using MemoryStream content = new();
                await section.Body.CopyToAsync(content, cancellationToken);
                if (disposition.FileName.HasValue || disposition.FileNameStar.HasValue)
                    files.Add(new(name, content.ToArray()));
                else if (!FormName.Put(fields, name, Encoding.UTF8.GetString(content.ToArray())))
                    return null;
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return null;
        }

        return new OrderBody(fields, files, isForm: true);
    }
}

/// <summary>Why a body could not be read.</summary>
public enum BodyProblem
{
    /// <summary>It could.</summary>
    None,

    /// <summary>It is neither JSON nor a multipart form.</summary>
    UnknownType,

    /// <summary>It is not what its type says.</summary>
    Malformed,

    /// <summary>It has more than <see cref="SimulatedRequest.MaxBodyBytes"/>.</summary>
    TooLarge,
}
