namespace Reelay.Server.Api.Content;

/// <summary>What is known of a stored file when it is served.</summary>
/// <param name="ContentType">Type measured when it was stored.</param>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal hash: the strong entity tag.</param>
/// <param name="LastModified">When it was stored; sent in whole seconds.</param>
/// <param name="FileName">Name offered to whoever saves it, or null.</param>
internal sealed record ContentDescription(
    string ContentType, long SizeBytes, string Sha256, DateTimeOffset LastModified, string? FileName = null);
