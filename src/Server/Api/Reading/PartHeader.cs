using Microsoft.Net.Http.Headers;

namespace Reelay.Server.Api.Reading;

/// <summary>What the headers of one form part say.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="FileName">Last segment of the file name (one SDK sends whole local paths), empty if sent empty, null if not sent.</param>
/// <param name="IsFile">Whether the part is a file: it has a file name, or a type that is not text.</param>
internal sealed record PartHeader(string Name, string? FileName, bool IsFile)
{
    /// <summary>Reads the headers; null if the part has no usable name.</summary>
    public static PartHeader? Read(string? disposition, string? contentType)
    {
        // The disposition's own type does not matter: published curl samples arrive as "attachment".
        if (!ContentDispositionHeaderValue.TryParse(disposition, out var header))
        {
            return null;
        }

        var name = HeaderUtilities.UnescapeAsQuotedString(header.Name).Value;
        if (string.IsNullOrEmpty(name) || name.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var fileName = header.FileNameStar.HasValue
            ? header.FileNameStar.Value
            : header.FileName.HasValue ? HeaderUtilities.RemoveQuotes(header.FileName).Value : null;
        fileName = fileName?[(fileName.LastIndexOfAny(['/', '\\']) + 1)..];
        return new PartHeader(name, fileName, fileName is not null || !IsText(contentType));
    }

    private static bool IsText(string? contentType) =>
        string.IsNullOrWhiteSpace(contentType)
        || !MediaTypeHeaderValue.TryParse(contentType, out var type)
        || type.Type.Equals("text", StringComparison.OrdinalIgnoreCase)
        || type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase)
        || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
        || type.SubType.Equals("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
}
