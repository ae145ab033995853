using Reelay.Server.Assets.Links;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

public sealed class LinkKeysTests : IDisposable
{
    private static readonly string Old = new('1', 64);
    private static readonly string New = new('2', 64);

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File(LinkKeys.FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_start_makes_a_key_that_every_later_start_reads()
    {
        var made = Assert.Single(LinkKeys.Open(FilePath, Randomness.System).NewestFirst);
        Assert.Equal(LinkKeys.KeyBytes, made.Length);
        Assert.Equal(made, Assert.Single(LinkKeys.Open(FilePath, Randomness.System).NewestFirst));
        Assert.Equal([LinkKeys.FileName], _folder.Files());
        var other = LinkKeys.Open(_folder.File("other.keys"), Randomness.System);
        Assert.NotEqual(made, Assert.Single(other.NewestFirst));
    }

    [Fact]
    public void The_last_line_is_the_newest_key()
    {
        File.WriteAllText(FilePath, $"# links\r\n{Old}\r\n\r\n  {New}  \r\n");
        Assert.Equal([New, Old], LinkKeys.Open(FilePath, Randomness.System).NewestFirst.Select(Convert.ToHexString));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("11112222")]
    [InlineData("g111111111111111111111111111111111111111111111111111111111111111")]
    public void A_file_without_good_keys_is_refused_by_its_name_and_not_shown(string text)
    {
        File.WriteAllText(FilePath, text);
        var refused = Assert.Throws<InvalidOperationException>(() => LinkKeys.Open(FilePath, Randomness.System));
        Assert.Contains(FilePath, refused.Message, StringComparison.Ordinal);
        if (text.Length > 0) Assert.DoesNotContain(text, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_only_so_many_keys()
    {
        File.WriteAllLines(FilePath, Enumerable.Repeat(Old, LinkKeys.MaxKeys));
        Assert.Equal(LinkKeys.MaxKeys, LinkKeys.Open(FilePath, Randomness.System).NewestFirst.Count);
        File.AppendAllLines(FilePath, [New]);
        Assert.Throws<InvalidOperationException>(() => LinkKeys.Open(FilePath, Randomness.System));
    }
}
