using Reelay.Server.Assets;

namespace Reelay.Server.Api.Reading;

/// <summary>One file of a form, already in the store.</summary>
/// <param name="Name">Field name up to its first bracket, for example <c>input_reference</c>.</param>
/// <param name="Path">Field name as sent, for example <c>input_reference[]</c>.</param>
/// <param name="FileName">Last segment of the caller's file name; for messages only, never for paths.</param>
/// <param name="Asset">The stored bytes.</param>
public sealed record FilePart(string Name, string Path, string FileName, StoredAsset Asset);
